-- Tells this store from any other made by the same person: a store that is made anew must not repeat the ids of the old one.
INSERT INTO meta (name, value) VALUES ('store_id', lower(hex(randomblob(8))));
