CREATE TABLE seen (times bigint);
INSERT INTO seen VALUES (0);
