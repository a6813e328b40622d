CREATE TABLE jobs (name text NOT NULL);
CREATE TABLE keyed (name text NOT NULL UNIQUE);
CREATE TABLE queue (id integer PRIMARY KEY, claims integer NOT NULL);
INSERT INTO queue VALUES (1, 0), (2, 0);
CREATE TABLE numbers (n integer NOT NULL);
CREATE TABLE stock (id integer PRIMARY KEY, units integer NOT NULL);
INSERT INTO stock VALUES (1, 1);
CREATE FUNCTION add_job() RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT 1 FROM jobs) THEN
        INSERT INTO jobs VALUES ('x');
    END IF;
END $$;
CREATE FUNCTION add_keyed() RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO keyed VALUES ('x') ON CONFLICT DO NOTHING;
END $$;
CREATE TABLE parted (name text NOT NULL) PARTITION BY LIST (name);
CREATE TABLE parted_x PARTITION OF parted FOR VALUES IN ('x');
