-- Sign-ins with JSON web tokens, so that they end like sessions do, and the keys each packager uploads with.
-- Its twin for the other engine has the same number; a test compares the two.

CREATE TABLE auth_jwt (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    user_id INTEGER NOT NULL REFERENCES core_userprofile (id) ON DELETE CASCADE,
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL
) STRICT;
CREATE INDEX auth_jwt_user_id_idx ON auth_jwt (user_id);
CREATE INDEX auth_jwt_expires_at_idx ON auth_jwt (expires_at);

ALTER TABLE auth_ticket ADD COLUMN jwt_id INTEGER REFERENCES auth_jwt (id) ON DELETE CASCADE;
CREATE INDEX auth_ticket_jwt_id_idx ON auth_ticket (jwt_id);

CREATE TABLE auth_upload_key (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    user_id INTEGER NOT NULL REFERENCES core_userprofile (id) ON DELETE CASCADE,
    kid TEXT NOT NULL UNIQUE,
    public_key TEXT NOT NULL,
    created_at INTEGER NOT NULL
) STRICT;
CREATE INDEX auth_upload_key_user_id_idx ON auth_upload_key (user_id);
