CREATE TABLE "deleted_images" (
	"id" text COLLATE "C" PRIMARY KEY NOT NULL,
	"deleted_at" bigint NOT NULL
);
