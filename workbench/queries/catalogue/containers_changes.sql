-- title: ECS, EKS and ECR: what runs in containers
-- question: Who changed services, tasks, clusters or images?
-- dialect: lake
-- columns: caller, eventSource, eventName, what, calls, errors, first_call, last_call
-- look for: images from a foreign registry, commands executed in a task
-- limits: what Kubernetes does inside of a cluster is in its audit log
SELECT coalesce(userIdentity.arn, userIdentity.invokedBy) AS caller, eventSource, eventName,
       coalesce(element_at(requestParameters, 'service'), element_at(requestParameters, 'family'),
                element_at(requestParameters, 'name'), element_at(requestParameters, 'repositoryName')) AS what,
       count(*) AS calls, count(errorCode) AS errors, min(eventTime) AS first_call, max(eventTime) AS last_call
FROM $EDS_ID
WHERE eventSource IN ('ecs.amazonaws.com', 'eks.amazonaws.com', 'ecr.amazonaws.com') AND readOnly = false
  AND eventTime >= :start AND eventTime < :end
GROUP BY 1, 2, 3, 4
ORDER BY first_call, caller, what
