DROP INDEX `images_updated`;--> statement-breakpoint
DROP INDEX `images_name`;--> statement-breakpoint
DROP INDEX `images_owner_updated`;--> statement-breakpoint
DROP INDEX `images_visibility_updated`;--> statement-breakpoint
DROP INDEX `images_inactive_updated`;--> statement-breakpoint
CREATE INDEX `images_updated` ON `images` (`updated_at`,`id`,`search_name`);--> statement-breakpoint
CREATE INDEX `images_name` ON `images` (`sort_name`,`id`,`search_name`);--> statement-breakpoint
CREATE INDEX `images_owner_updated` ON `images` (`owner_id`,`updated_at`,`id`,`search_name`);--> statement-breakpoint
CREATE INDEX `images_visibility_updated` ON `images` (`visibility`,`updated_at`,`id`,`search_name`);--> statement-breakpoint
CREATE INDEX `images_inactive_updated` ON `images` (`updated_at`,`id`,`status`) WHERE lower(status) <> 'active';