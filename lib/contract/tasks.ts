/** Tasks of the Images API: what a call has begun and goes on after its answer. */
export const taskStatuses = ['pending', 'processing', 'success', 'failure'] as const;
export type TaskStatus = (typeof taskStatuses)[number];

/** `import` is the old way by `POST /v2/tasks`; an import by the image's own call is `api_image_import`. */
export const taskTypes = ['import', 'api_image_import', 'location_import'] as const;
export type TaskType = (typeof taskTypes)[number];

/** An ended task is shown for so long, as in Glance. */
export const taskTimeToLiveSeconds = 48 * 3600;
