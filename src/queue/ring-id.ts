/** BullMQ drops a second add with the same id; ids must not contain ":" nor be all digits (docs.bullmq.io, Job Ids). */
export const ringId = (taskId: string, ring: number): string => `task-${taskId}-${ring}`;
