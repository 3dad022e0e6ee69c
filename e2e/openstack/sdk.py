#!/usr/bin/python3
"""What programs do with openstacksdk. Run by sdk.test.ts with a clouds.yaml that has the clouds `owner` and `other`."""
import hashlib
import os
import sys
import time

import openstack

directory = sys.argv[1]
owner = openstack.connect(cloud='owner')
other = openstack.connect(cloud='other')


def wait(image, condition, seconds=60):
    deadline = time.time() + seconds
    while time.time() < deadline:
        image = owner.image.get_image(image.id)
        if condition(image):
            return image
        time.sleep(0.2)
    raise AssertionError('the image stayed %s: %s' % (image.status, image.to_dict()))


def check(actual, expected):
    assert actual == expected, '%r is not %r' % (actual, expected)


# An upload whose checksums the SDK compares with those of the service.
data = os.urandom(1_500_001)
path = os.path.join(directory, 'disk.raw')
with open(path, 'wb') as file:
    file.write(data)
uploaded = owner.create_image(
    'uploaded', filename=path, disk_format='raw', container_format='bare', wait=True,
    validate_checksum=True, tags=['one'], os_distro='debian', min_disk=1)
image = owner.image.get_image(uploaded.id)
check((image.status, image.size, image.min_disk, image.os_distro), ('active', len(data), 1, 'debian'))
check((image.hash_algo, image.hash_value), ('sha512', hashlib.sha512(data).hexdigest()))
check(image.checksum, hashlib.md5(data).hexdigest())

# The same again is found by its name and hashes and not sent a second time.
again = owner.create_image(
    'uploaded', filename=path, disk_format='raw', container_format='bare', validate_checksum=True)
check(again.id, image.id)

# A download that is compared with the hash, in one piece and streamed.
target = os.path.join(directory, 'downloaded.raw')
owner.image.download_image(image, output=target)
with open(target, 'rb') as file:
    check(hashlib.sha512(file.read()).hexdigest(), image.hash_value)
streamed = owner.image.download_image(image, stream=True)
check(hashlib.sha512(b''.join(streamed.iter_content(65536))).hexdigest(), image.hash_value)

# Changes as a patch of what is different; tags one by one.
changed = owner.image.update_image(image, name='renamed', tags=['one', 'two'], os_distro='ubuntu', min_ram=64)
check((changed.name, sorted(changed.tags), changed.min_ram), ('renamed', ['one', 'two'], 64))
owner.image.add_tag(image, 'three')
owner.image.remove_tag(image, 'one')
check(sorted(owner.image.get_image(image.id).tags), ['three', 'two'])
check([found.id for found in owner.image.images(name='renamed', tag='two')], [image.id])

# Staged and imported, into the store that was named.
stores = {store.id for store in owner.image.stores()}
assert {'fast', 'cheap'} <= stores, stores
staged = owner.image.create_image('staged', disk_format='raw', container_format='bare', allow_duplicates=True)
owner.image.stage_image(staged, data=data)
check(owner.image.get_image(staged.id).status, 'uploading')
archive = next(store for store in owner.image.stores() if store.id == 'cheap')
owner.image.import_image(staged, method='glance-direct', stores=[archive])
staged = wait(staged, lambda current: current.status == 'active')
check((staged.properties['stores'], staged.hash_value), ('cheap', image.hash_value))

# Shared with another project, which accepts.
assert other.image.find_image(image.id) is None
member = owner.image.add_member(image, member_id=other.current_project_id)
check(member.status, 'pending')
other.image.update_member(other.current_project_id, image.id, status='accepted')
check([found.id for found in other.image.images(visibility='shared')], [image.id])
check([found.status for found in owner.image.members(image)], ['accepted'])
owner.image.remove_member(other.current_project_id, image)
assert other.image.find_image(image.id) is None

owner.image.deactivate_image(image)
check(owner.image.get_image(image.id).status, 'deactivated')
owner.image.reactivate_image(image)

for found in (image, staged):
    owner.image.delete_image(found, ignore_missing=False)
assert owner.image.find_image('renamed') is None
print('everything was as it should be')
