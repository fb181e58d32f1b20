INSERT INTO yardstick (body) VALUES (:body);
INSERT INTO yardstick (body) VALUES (:body);
