CREATE TABLE "tasks" (
	"id" text COLLATE "C" PRIMARY KEY NOT NULL,
	"type" text COLLATE "C" NOT NULL,
	"status" text COLLATE "C" NOT NULL,
	"image_id" text COLLATE "C",
	"owner_id" text COLLATE "C" NOT NULL,
	"user_id" text COLLATE "C" NOT NULL,
	"request_id" text COLLATE "C",
	"input" jsonb NOT NULL,
	"result" jsonb,
	"message" text COLLATE "C" NOT NULL,
	"plan" jsonb,
	"created_at" bigint NOT NULL,
	"updated_at" bigint NOT NULL,
	"expires_at" bigint
);
--> statement-breakpoint
ALTER TABLE "uploads" ADD COLUMN "staged" jsonb;--> statement-breakpoint
CREATE INDEX "tasks_image" ON "tasks" USING btree ("image_id","created_at");--> statement-breakpoint
CREATE INDEX "tasks_owner" ON "tasks" USING btree ("owner_id","created_at","id");--> statement-breakpoint
CREATE INDEX "tasks_created" ON "tasks" USING btree ("created_at","id");--> statement-breakpoint
CREATE INDEX "tasks_expiry" ON "tasks" USING btree ("expires_at");--> statement-breakpoint
CREATE UNIQUE INDEX "tasks_active" ON "tasks" USING btree ("image_id") WHERE status in ('pending', 'processing');