-- Who may delete what computers are doing: until now nobody but superusers could.
-- Its twin for the other engine has the same number; a test compares the two.

-- The rights of a database that has the others already; a new one gets them all together.
INSERT INTO content_type (app_label, model)
SELECT 'client', 'message' WHERE EXISTS (SELECT 1 FROM content_type)
AND NOT EXISTS (SELECT 1 FROM content_type WHERE app_label = 'client' AND model = 'message');

INSERT INTO auth_permission (name, content_type_id, codename)
SELECT 'Can ' || a.verb || ' ' || t.model, t.id, a.verb || '_' || t.model
FROM content_type AS t
CROSS JOIN (SELECT 'add' AS verb UNION ALL SELECT 'change' UNION ALL SELECT 'delete' UNION ALL SELECT 'view') AS a
WHERE t.app_label = 'client' AND t.model = 'message'
AND NOT EXISTS (SELECT 1 FROM auth_permission AS p WHERE p.content_type_id = t.id)
ORDER BY a.verb;

-- Who reads and clears away synchronizations does the same with what is said during them.
INSERT INTO auth_group_permissions (group_id, permission_id)
SELECT g.group_id, n.id
FROM auth_group_permissions AS g
JOIN auth_permission AS o ON o.id = g.permission_id AND o.codename IN ('view_synchronization', 'delete_synchronization')
JOIN content_type AS t ON t.id = o.content_type_id AND t.app_label = 'client' AND t.model = 'synchronization'
JOIN auth_permission AS n ON n.codename = replace(o.codename, 'synchronization', 'message')
JOIN content_type AS m ON m.id = n.content_type_id AND m.app_label = 'client' AND m.model = 'message';

INSERT INTO auth_user_user_permissions (user_id, permission_id)
SELECT u.user_id, n.id
FROM auth_user_user_permissions AS u
JOIN auth_permission AS o ON o.id = u.permission_id AND o.codename IN ('view_synchronization', 'delete_synchronization')
JOIN content_type AS t ON t.id = o.content_type_id AND t.app_label = 'client' AND t.model = 'synchronization'
JOIN auth_permission AS n ON n.codename = replace(o.codename, 'synchronization', 'message')
JOIN content_type AS m ON m.id = n.content_type_id AND m.app_label = 'client' AND m.model = 'message';
