CREATE TABLE users (id int PRIMARY KEY, credit int NOT NULL);
CREATE TABLE purchases (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    user_id int NOT NULL REFERENCES users,
    book text NOT NULL
);
INSERT INTO users VALUES (1, 10);
