CREATE TABLE `deleted_images` (
	`id` text PRIMARY KEY NOT NULL,
	`deleted_at` integer NOT NULL
);
