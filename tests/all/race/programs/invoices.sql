CREATE TABLE invoices (id int PRIMARY KEY, status text NOT NULL DEFAULT 'pending');
INSERT INTO invoices VALUES (1);
