CREATE TABLE `tasks` (
	`id` text PRIMARY KEY NOT NULL,
	`type` text NOT NULL,
	`status` text NOT NULL,
	`image_id` text,
	`owner_id` text NOT NULL,
	`user_id` text NOT NULL,
	`request_id` text,
	`input` text NOT NULL,
	`result` text,
	`message` text NOT NULL,
	`plan` text,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL,
	`expires_at` integer
);
--> statement-breakpoint
CREATE INDEX `tasks_image` ON `tasks` (`image_id`,`created_at`);--> statement-breakpoint
CREATE INDEX `tasks_owner` ON `tasks` (`owner_id`,`created_at`,`id`);--> statement-breakpoint
CREATE INDEX `tasks_created` ON `tasks` (`created_at`,`id`);--> statement-breakpoint
CREATE INDEX `tasks_expiry` ON `tasks` (`expires_at`);--> statement-breakpoint
CREATE UNIQUE INDEX `tasks_active` ON `tasks` (`image_id`) WHERE status in ('pending', 'processing');--> statement-breakpoint
ALTER TABLE `uploads` ADD `staged` text;