CREATE TABLE jobs (name varchar(10) NOT NULL);
CREATE TABLE keyed (name varchar(10) PRIMARY KEY);
CREATE TABLE queue (id int PRIMARY KEY, claims int NOT NULL);
INSERT INTO queue VALUES (1, 0), (2, 0), (3, 0);
CREATE TABLE log (id int AUTO_INCREMENT PRIMARY KEY, what varchar(30));
CREATE TRIGGER before_log BEFORE INSERT ON log FOR EACH ROW
    SET NEW.what = CONCAT(NEW.what, '!');
