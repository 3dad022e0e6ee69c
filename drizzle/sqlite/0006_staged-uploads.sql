ALTER TABLE `uploads` ADD `later_stores` text;--> statement-breakpoint
ALTER TABLE `uploads` ADD `staging_store` text;