-- Computers are searched by the serial numbers of their hardware: most nodes have none.
-- Its twin for the other engine has the same number; a test compares the two.

CREATE INDEX hardware_node_with_serial_idx ON hardware_node (computer_id) WHERE serial <> '';
