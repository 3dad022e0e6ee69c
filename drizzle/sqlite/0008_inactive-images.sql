DROP INDEX `images_killed_created`;--> statement-breakpoint
DROP INDEX `images_killed_updated`;--> statement-breakpoint
DROP INDEX `images_killed_name`;--> statement-breakpoint
DROP INDEX `images_killed_size`;--> statement-breakpoint
DROP INDEX `images_killed_status`;--> statement-breakpoint
CREATE INDEX `images_inactive_created` ON `images` (`created_at`,`id`) WHERE lower(status) <> 'active';--> statement-breakpoint
CREATE INDEX `images_inactive_updated` ON `images` (`updated_at`,`id`) WHERE lower(status) <> 'active';--> statement-breakpoint
CREATE INDEX `images_inactive_name` ON `images` (`sort_name`,`id`) WHERE lower(status) <> 'active';--> statement-breakpoint
CREATE INDEX `images_inactive_size` ON `images` (`sort_size`,`id`) WHERE lower(status) <> 'active';--> statement-breakpoint
CREATE INDEX `images_inactive_status` ON `images` (`status`,`id`) WHERE lower(status) <> 'active';