-- Since when publications of a deployment fail: until one works again.
-- Its twin for the other engine has the same number; a test compares the two.

ALTER TABLE repository_publication ADD COLUMN failed_since timestamptz;
UPDATE repository_publication SET failed_since = finished_at WHERE state = 'failed';
CREATE INDEX repository_publication_failed_since_idx ON repository_publication (failed_since) WHERE failed_since IS NOT NULL;
