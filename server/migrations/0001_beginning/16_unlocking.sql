-- Since when the wrong passwords of an account count anew: servers count them in memory.
CREATE TABLE auth_unlock (
    user_id bigint NOT NULL PRIMARY KEY REFERENCES core_userprofile (id) ON DELETE CASCADE,
    unlocked_at timestamptz NOT NULL
);
