-- Computers are found by their UUID in any spelling. Its twin for the other engine has the same number.

CREATE INDEX client_computer_uuid_spelling_idx ON client_computer (upper(replace(uuid, '-', '')));
