CREATE TABLE "project_limits" (
	"project_id" text COLLATE "C" NOT NULL,
	"store_id" text COLLATE "C" NOT NULL,
	"resource" text COLLATE "C" NOT NULL,
	"most" bigint,
	CONSTRAINT "project_limits_project_id_store_id_resource_pk" PRIMARY KEY("project_id","store_id","resource")
);
--> statement-breakpoint
CREATE TABLE "project_usage" (
	"project_id" text COLLATE "C" NOT NULL,
	"store_id" text COLLATE "C" NOT NULL,
	"resource" text COLLATE "C" NOT NULL,
	"used" bigint NOT NULL,
	"most" bigint NOT NULL,
	CONSTRAINT "project_usage_project_id_store_id_resource_pk" PRIMARY KEY("project_id","store_id","resource")
);
--> statement-breakpoint
ALTER TABLE "locations" ADD COLUMN "reserved_bytes" bigint DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "locations" ADD COLUMN "staged" boolean DEFAULT false NOT NULL;