ALTER TABLE `tokens` ADD `name` text;--> statement-breakpoint
ALTER TABLE `tokens` ADD `roles` text;--> statement-breakpoint
ALTER TABLE `tokens` ADD `parent_hash` text;--> statement-breakpoint
CREATE INDEX `tokens_parent` ON `tokens` (`parent_hash`);