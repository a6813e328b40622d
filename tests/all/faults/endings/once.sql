BEGIN;
SELECT times FROM seen;
UPDATE seen SET times = times + 1;
COMMIT;
