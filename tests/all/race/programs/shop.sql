CREATE TABLE stock (id int PRIMARY KEY, units int NOT NULL);
CREATE TABLE orders (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    item int NOT NULL REFERENCES stock,
    made timestamptz NOT NULL DEFAULT now()
);
INSERT INTO stock VALUES (1, 1);
