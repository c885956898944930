-- Operators set prices of their own, and take models out of the catalogue, while the server runs.
-- Until now prices came with the program alone, and nothing said who runs the installation.

-- A retired version ends a model's price: no price, no call.
ALTER TABLE price ADD COLUMN is_retired boolean NOT NULL DEFAULT false;

-- Of the operator's own file; the program's file no longer prices a model that has such a version.
ALTER TABLE price ADD COLUMN is_operators boolean NOT NULL DEFAULT false;

-- The account that the first start made. Whoever registered later never becomes it.
ALTER TABLE app_user ADD COLUMN is_operator boolean NOT NULL DEFAULT false;

UPDATE app_user
SET is_operator = true
WHERE user_id = (SELECT user_id FROM app_user ORDER BY created_at, user_id LIMIT 1);

CREATE UNIQUE INDEX app_user_operator_is_one ON app_user (is_operator) WHERE is_operator;
