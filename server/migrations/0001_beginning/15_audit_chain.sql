-- The end of the audit, where the next record is linked. Whoever adds one locks the row.
CREATE TABLE audit_head (
    id bigint NOT NULL PRIMARY KEY,
    last_id bigint NOT NULL,
    hash text NOT NULL
);
INSERT INTO audit_head (id, last_id, hash) VALUES (1, 0, '');

-- Up to where old records were removed, signed by the server.
CREATE TABLE audit_checkpoint (
    id bigint NOT NULL PRIMARY KEY,
    last_id bigint NOT NULL,
    hash text NOT NULL,
    created_at timestamptz NOT NULL,
    signature text NOT NULL
);
