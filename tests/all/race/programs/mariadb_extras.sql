CREATE TABLE log (
    id int AUTO_INCREMENT PRIMARY KEY,
    what varchar(20),
    bytes varbinary(3),
    twice int AS (length(what) * 2) STORED,
    document json
);
INSERT INTO log (what, bytes, document) VALUES ('a\\b''c', x'00ff', '{"a": [1, "b"]}'), (NULL, NULL, NULL);
CREATE TRIGGER before_log BEFORE INSERT ON log FOR EACH ROW SET NEW.what = CONCAT(NEW.what, '!');
CREATE TRIGGER after_order AFTER INSERT ON orders FOR EACH ROW INSERT INTO log (what) VALUES ('sold');
