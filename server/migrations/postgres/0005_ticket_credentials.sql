-- What a ticket was issued with: who signs out takes back their tickets and the sockets opened with them.
-- Its twin for the other engine has the same number; a test compares the two.

ALTER TABLE auth_ticket ADD COLUMN session_id bigint REFERENCES auth_session (id) ON DELETE CASCADE;
ALTER TABLE auth_ticket ADD COLUMN token_id bigint REFERENCES auth_token (id) ON DELETE CASCADE;
CREATE INDEX auth_ticket_session_id_idx ON auth_ticket (session_id);
CREATE INDEX auth_ticket_token_id_idx ON auth_ticket (token_id);
