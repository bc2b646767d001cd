-- title: Config deliveries, for Athena
-- question: Which files of AWS Config hold how many items of which types?
-- dialect: athena
-- columns: file, item_type, items, first_item, last_item
-- look for: hours without a delivery
-- limits: the same item may stand in a snapshot and in a history
SELECT "$path" AS file, i.resourcetype AS item_type, count(*) AS items,
       min(i.configurationitemcapturetime) AS first_item, max(i.configurationitemcapturetime) AS last_item
FROM awsconfig
CROSS JOIN UNNEST(configurationitems) AS t(i)
GROUP BY 1, 2
ORDER BY 1, 2
