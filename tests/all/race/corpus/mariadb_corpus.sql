-- What the programs of the corpus work on, on MariaDB.
CREATE TABLE counters (id int PRIMARY KEY, uses int NOT NULL, version int NOT NULL);
INSERT INTO counters VALUES (1, 0, 0);
CREATE TABLE articles (id int PRIMARY KEY, title text NOT NULL, stock int NOT NULL);
INSERT INTO articles VALUES (1, 'old', 5);
CREATE TABLE accounts (id int PRIMARY KEY, balance int NOT NULL);
INSERT INTO accounts VALUES (1, 100), (2, 100), (3, 100);
CREATE TABLE reports (id bigint AUTO_INCREMENT PRIMARY KEY, total int NOT NULL);
CREATE TABLE doctors (id int PRIMARY KEY, on_call boolean NOT NULL);
INSERT INTO doctors VALUES (1, true), (2, true);
CREATE TABLE jobs (id int PRIMARY KEY, worker int);
INSERT INTO jobs VALUES (1, NULL), (2, NULL);
CREATE TABLE users (id bigint AUTO_INCREMENT PRIMARY KEY, email varchar(100) NOT NULL);
CREATE TABLE members (id bigint AUTO_INCREMENT PRIMARY KEY, email varchar(100) NOT NULL UNIQUE);
CREATE TABLE invoices (id bigint AUTO_INCREMENT PRIMARY KEY, number int NOT NULL);
CREATE TABLE coupons (id int PRIMARY KEY, most int NOT NULL);
INSERT INTO coupons VALUES (1, 1);
CREATE TABLE claims (id bigint AUTO_INCREMENT PRIMARY KEY, coupon int NOT NULL, member int NOT NULL);
CREATE TABLE posts (id int PRIMARY KEY, replies int NOT NULL);
INSERT INTO posts VALUES (1, 0);
CREATE TABLE comments (
    id bigint AUTO_INCREMENT PRIMARY KEY,
    post int NOT NULL,
    FOREIGN KEY (post) REFERENCES posts (id)
);
CREATE TABLE visits (page int PRIMARY KEY, hits int NOT NULL);
