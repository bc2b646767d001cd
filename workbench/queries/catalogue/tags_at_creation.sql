-- title: Tags given at creation
-- question: Which resources were made with which tags?
-- dialect: lake
-- columns: caller, eventSource, eventName, tags, calls, first_call, last_call
-- look for: resources that were made without the tags your rules ask for, by their absence here
-- limits: services name the parameter differently; the usual names are taken
SELECT coalesce(userIdentity.arn, userIdentity.invokedBy) AS caller, eventSource, eventName,
       coalesce(element_at(requestParameters, 'tagSpecificationSet'), element_at(requestParameters, 'tagSpecifications'),
                element_at(requestParameters, 'tags'), element_at(requestParameters, 'tagSet')) AS tags,
       count(*) AS calls, min(eventTime) AS first_call, max(eventTime) AS last_call
FROM $EDS_ID
WHERE readOnly = false
  AND coalesce(element_at(requestParameters, 'tagSpecificationSet'), element_at(requestParameters, 'tagSpecifications'),
               element_at(requestParameters, 'tags'), element_at(requestParameters, 'tagSet')) IS NOT NULL
  AND eventTime >= :start AND eventTime < :end
GROUP BY 1, 2, 3, 4
ORDER BY calls DESC, caller, eventName
