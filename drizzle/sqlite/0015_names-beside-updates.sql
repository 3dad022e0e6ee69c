DROP INDEX `images_updated`;--> statement-breakpoint
CREATE INDEX `images_updated` ON `images` (`updated_at`,`id`,`sort_name`);