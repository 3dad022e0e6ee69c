// What Terraform's resource for images does with gophercloud: create, upload or import, wait, read, update, share,
// delete. Run by gophercloud.test.ts with the usual OS_… variables.
package main

import (
	"bytes"
	"crypto/md5"
	"crypto/rand"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/gophercloud/gophercloud"
	"github.com/gophercloud/gophercloud/openstack"
	"github.com/gophercloud/gophercloud/openstack/imageservice/v2/imagedata"
	"github.com/gophercloud/gophercloud/openstack/imageservice/v2/imageimport"
	"github.com/gophercloud/gophercloud/openstack/imageservice/v2/images"
	"github.com/gophercloud/gophercloud/openstack/imageservice/v2/members"
)

func must(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func check(what string, actual, expected interface{}) {
	if actual != expected {
		must(fmt.Errorf("%s is %v, not %v", what, actual, expected))
	}
}

// Terraform goes on waiting in these states and gives up in every other one.
var pending = map[images.ImageStatus]bool{
	images.ImageStatusQueued: true, images.ImageStatusSaving: true, images.ImageStatusImporting: true,
}

func waitUntilActive(client *gophercloud.ServiceClient, id string) *images.Image {
	for deadline := time.Now().Add(time.Minute); time.Now().Before(deadline); time.Sleep(200 * time.Millisecond) {
		image, err := images.Get(client, id).Extract()
		must(err)
		if image.Status == images.ImageStatusActive {
			return image
		}
		if !pending[image.Status] {
			must(fmt.Errorf("the image went to the state %s", image.Status))
		}
	}
	must(fmt.Errorf("the image was not active in time"))
	return nil
}

func create(client *gophercloud.ServiceClient, name string) *images.Image {
	visibility := images.ImageVisibilityPrivate
	protected := false
	image, err := images.Create(client, images.CreateOpts{
		Name: name, ContainerFormat: "bare", DiskFormat: "raw", MinDisk: 1, MinRAM: 64, Visibility: &visibility,
		Protected: &protected, Tags: []string{"terraform"}, Properties: map[string]string{"os_distro": "debian"},
	}).Extract()
	must(err)
	check("the status of a new image", image.Status, images.ImageStatusQueued)
	return image
}

func upload(client *gophercloud.ServiceClient, data []byte) {
	id := create(client, "uploaded").ID
	must(imagedata.Upload(client, id, bytes.NewReader(data)).ExtractErr())
	image := waitUntilActive(client, id)
	check("the size", image.SizeBytes, int64(len(data)))
	check("the checksum", image.Checksum, fmt.Sprintf("%x", md5.Sum(data)))
	check("a property", image.Properties["os_distro"], "debian")

	reader, err := imagedata.Download(client, id).Extract()
	must(err)
	read, err := io.ReadAll(reader)
	must(err)
	check("what was downloaded", bytes.Equal(read, data), true)

	updated, err := images.Update(client, id, images.UpdateOpts{
		images.ReplaceImageName{NewName: "renamed"},
		images.ReplaceImageTags{NewTags: []string{"terraform", "changed"}},
		images.ReplaceImageMinDisk{NewMinDisk: 2},
		images.UpdateVisibility{Visibility: images.ImageVisibilityShared},
		images.UpdateImageProperty{Op: images.ReplaceOp, Name: "os_distro", Value: "ubuntu"},
		images.UpdateImageProperty{Op: images.AddOp, Name: "os_version", Value: "24.04"},
	}).Extract()
	must(err)
	check("the name", updated.Name, "renamed")
	check("the number of tags", len(updated.Tags), 2)
	check("a changed property", updated.Properties["os_distro"], "ubuntu")

	_, err = members.Create(client, id, "some-project").Extract()
	must(err)
	pages, err := members.List(client, id).AllPages()
	must(err)
	list, err := members.ExtractMembers(pages)
	must(err)
	check("the number of members", len(list), 1)
	must(members.Delete(client, id, "some-project").ExtractErr())

	found, err := images.List(client, images.ListOpts{Name: "renamed", Tags: []string{"changed"}}).AllPages()
	must(err)
	all, err := images.ExtractImages(found)
	must(err)
	check("the number of images found", len(all), 1)
	remove(client, id)
}

func imports(client *gophercloud.ServiceClient, data []byte) {
	id := create(client, "imported").ID
	must(imagedata.Stage(client, id, bytes.NewReader(data)).ExtractErr())
	must(imageimport.Create(client, id, imageimport.CreateOpts{Name: imageimport.GlanceDirectMethod}).ExtractErr())
	check("the size", waitUntilActive(client, id).SizeBytes, int64(len(data)))
	remove(client, id)
}

func remove(client *gophercloud.ServiceClient, id string) {
	must(images.Delete(client, id).ExtractErr())
	_, err := images.Get(client, id).Extract()
	_, isGone := err.(gophercloud.ErrDefault404)
	check("gone", isGone, true)
}

func main() {
	options, err := openstack.AuthOptionsFromEnv()
	must(err)
	provider, err := openstack.AuthenticatedClient(options)
	must(err)
	client, err := openstack.NewImageServiceV2(provider, gophercloud.EndpointOpts{Region: os.Getenv("OS_REGION_NAME")})
	must(err)
	data := make([]byte, 1_000_003)
	_, err = rand.Read(data)
	must(err)
	upload(client, data)
	imports(client, data)
	fmt.Println("everything was as it should be")
}
