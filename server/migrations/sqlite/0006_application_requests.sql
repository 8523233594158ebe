-- What people at computers ask to be allowed to install.
-- Its twin for the other engine has the same number; a test compares the two.

-- person is the account at the computer; decided_at and decided_by_id are those of the last decision.
CREATE TABLE application_request (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    application_id INTEGER NOT NULL REFERENCES app_catalog_application (id) ON DELETE CASCADE,
    computer_id INTEGER NOT NULL REFERENCES client_computer (id) ON DELETE CASCADE,
    person TEXT NOT NULL,
    justification TEXT NOT NULL,
    state TEXT NOT NULL DEFAULT 'pending',
    comment TEXT NOT NULL DEFAULT '',
    created_at INTEGER NOT NULL,
    decided_at INTEGER,
    decided_by_id INTEGER REFERENCES core_userprofile (id) ON DELETE SET NULL
) STRICT;
CREATE UNIQUE INDEX application_request_pending_key ON application_request (computer_id, application_id, person) WHERE state = 'pending';
CREATE INDEX application_request_created_at_idx ON application_request (created_at);
CREATE INDEX application_request_state_created_at_idx ON application_request (state, created_at);
CREATE INDEX application_request_computer_id_created_at_idx ON application_request (computer_id, created_at);
CREATE INDEX application_request_application_id_created_at_idx ON application_request (application_id, created_at);
CREATE INDEX application_request_decided_by_id_idx ON application_request (decided_by_id);

-- The rights of a database that has the others already; a new one gets them all together.
INSERT INTO content_type (app_label, model)
SELECT 'app_catalog', 'applicationrequest' WHERE EXISTS (SELECT 1 FROM content_type);

INSERT INTO auth_permission (name, content_type_id, codename)
SELECT 'Can ' || a.verb || ' ' || t.model, t.id, a.verb || '_' || t.model
FROM content_type AS t
CROSS JOIN (SELECT 'add' AS verb UNION ALL SELECT 'change' UNION ALL SELECT 'delete' UNION ALL SELECT 'view') AS a
WHERE t.app_label = 'app_catalog' AND t.model = 'applicationrequest'
ORDER BY a.verb;

-- Who changes applications may set their level for everybody, so may decide for one computer.
INSERT INTO auth_group_permissions (group_id, permission_id)
SELECT g.group_id, n.id
FROM auth_group_permissions AS g
JOIN auth_permission AS o ON o.id = g.permission_id AND o.codename IN ('view_application', 'change_application')
JOIN content_type AS t ON t.id = o.content_type_id AND t.app_label = 'app_catalog' AND t.model = 'application'
JOIN auth_permission AS n ON n.codename = o.codename || 'request';

INSERT INTO auth_user_user_permissions (user_id, permission_id)
SELECT u.user_id, n.id
FROM auth_user_user_permissions AS u
JOIN auth_permission AS o ON o.id = u.permission_id AND o.codename IN ('view_application', 'change_application')
JOIN content_type AS t ON t.id = o.content_type_id AND t.app_label = 'app_catalog' AND t.model = 'application'
JOIN auth_permission AS n ON n.codename = o.codename || 'request';
