CREATE TABLE stock (id int PRIMARY KEY, units int NOT NULL);
CREATE TABLE orders (
    id bigint AUTO_INCREMENT PRIMARY KEY,
    item int NOT NULL,
    made timestamp NOT NULL DEFAULT current_timestamp(),
    FOREIGN KEY (item) REFERENCES stock (id)
);
INSERT INTO stock VALUES (1, 1);
