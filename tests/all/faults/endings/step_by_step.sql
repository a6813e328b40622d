\! [ -z "$AT_WORK" ] || echo one more >> "$AT_WORK"
UPDATE seen SET times = times + 1;
UPDATE seen SET times = times + 1;
UPDATE seen SET times = times + 1;
UPDATE seen SET times = times + 1;
UPDATE seen SET times = times + 1;
UPDATE seen SET times = times + 1;
UPDATE seen SET times = times + 1;
UPDATE seen SET times = times + 1;
