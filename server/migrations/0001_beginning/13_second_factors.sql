-- What accounts have besides a password.

-- Codes of an app: the secret, sealed with a key that is in no database. Without `confirmed_at` nothing is asked yet.
CREATE TABLE auth_totp (
    user_id bigint NOT NULL PRIMARY KEY REFERENCES core_userprofile (id) ON DELETE CASCADE,
    sealed_secret text NOT NULL,
    created_at timestamptz NOT NULL,
    confirmed_at timestamptz,
    -- The step of time of the newest code that was taken: neither it nor an older one is taken again.
    last_step bigint NOT NULL DEFAULT 0
);

-- Codes for who has lost the rest, each good once.
CREATE TABLE auth_recovery_code (
    user_id bigint NOT NULL REFERENCES core_userprofile (id) ON DELETE CASCADE,
    code_hash text NOT NULL,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (user_id, code_hash)
);
