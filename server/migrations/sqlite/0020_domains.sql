-- Whatever is aimed at attributes may belong to a domain: it then reaches no computer outside of it.
-- Its twin for the other engine has the same number; a test compares the two.

ALTER TABLE core_attributeset ADD COLUMN domain_id INTEGER REFERENCES core_domain (id) ON DELETE RESTRICT;
CREATE INDEX core_attributeset_domain_id_idx ON core_attributeset (domain_id);
ALTER TABLE core_singularity ADD COLUMN domain_id INTEGER REFERENCES core_domain (id) ON DELETE RESTRICT;
CREATE INDEX core_singularity_domain_id_idx ON core_singularity (domain_id);
ALTER TABLE core_schedule ADD COLUMN domain_id INTEGER REFERENCES core_domain (id) ON DELETE RESTRICT;
CREATE INDEX core_schedule_domain_id_idx ON core_schedule (domain_id);
ALTER TABLE client_faultdefinition ADD COLUMN domain_id INTEGER REFERENCES core_domain (id) ON DELETE RESTRICT;
CREATE INDEX client_faultdefinition_domain_id_idx ON client_faultdefinition (domain_id);
ALTER TABLE app_catalog_application ADD COLUMN domain_id INTEGER REFERENCES core_domain (id) ON DELETE RESTRICT;
CREATE INDEX app_catalog_application_domain_id_idx ON app_catalog_application (domain_id);
ALTER TABLE app_catalog_policy ADD COLUMN domain_id INTEGER REFERENCES core_domain (id) ON DELETE RESTRICT;
CREATE INDEX app_catalog_policy_domain_id_idx ON app_catalog_policy (domain_id);

-- Which computers are in which domains, by what they reported and by their tags. A pair may be there more than once.
CREATE VIEW client_computer_domain AS
SELECT h.computer_id, i.domain_id
FROM core_domain_included_attributes AS i
JOIN client_computer_sync_attributes AS h ON h.attribute_id = i.attribute_id
WHERE NOT EXISTS (
    SELECT 1 FROM core_domain_excluded_attributes AS e
    JOIN client_computer_sync_attributes AS x ON x.attribute_id = e.attribute_id AND x.computer_id = h.computer_id
    WHERE e.domain_id = i.domain_id
) AND NOT EXISTS (
    SELECT 1 FROM core_domain_excluded_attributes AS e
    JOIN client_computer_tags AS x ON x.serverattribute_id = e.attribute_id AND x.computer_id = h.computer_id
    WHERE e.domain_id = i.domain_id
)
UNION ALL
SELECT g.computer_id, i.domain_id
FROM core_domain_included_attributes AS i
JOIN client_computer_tags AS g ON g.serverattribute_id = i.attribute_id
WHERE NOT EXISTS (
    SELECT 1 FROM core_domain_excluded_attributes AS e
    JOIN client_computer_sync_attributes AS x ON x.attribute_id = e.attribute_id AND x.computer_id = g.computer_id
    WHERE e.domain_id = i.domain_id
) AND NOT EXISTS (
    SELECT 1 FROM core_domain_excluded_attributes AS e
    JOIN client_computer_tags AS x ON x.serverattribute_id = e.attribute_id AND x.computer_id = g.computer_id
    WHERE e.domain_id = i.domain_id
);
