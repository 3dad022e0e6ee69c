import { choice, text, type StandardNamespace } from './definition.ts';

const uuid = '^([0-9a-fA-F]){8}-([0-9a-fA-F]){4}-([0-9a-fA-F]){4}-([0-9a-fA-F]){4}-([0-9a-fA-F]){12}$';
const onImageAndVolume = [['OS::Glance::Image'], ['OS::Cinder::Volume', undefined, 'image']] as const;

/** What images of every kind say of themselves. */
export const imageNamespaces: readonly StandardNamespace[] = [
  {
    namespace: 'OS::Glance::CommonImageProperties',
    title: 'Common Image Properties',
    description: 'Properties that most clouds give their images.',
    properties: {
      kernel_id: text(
        'Kernel ID',
        'Image with the kernel that boots this one, for images without their own.',
        {
          pattern: uuid,
        },
      ),
      ramdisk_id: text('Ramdisk ID', 'Image with the initial ramdisk that belongs to the kernel.', {
        pattern: uuid,
      }),
      instance_uuid: text('Instance ID', 'Server that this image was made from.'),
      architecture: text('CPU Architecture', 'Processor that the system in it was built for, x86_64 say.'),
      os_distro: text('OS Distro', 'Name of the distribution, in lower case.'),
      hw_cpu_mode: text('CPU Mode', 'How the model of the guest’s processor is chosen.'),
      os_version: text('OS Version', 'Version as the distributor writes it.'),
      description: text('Image description', 'What people should know of the image.'),
      cinder_encryption_key_id: text(
        'Cinder Encryption Key ID',
        'Key of the encrypted volume that the image was made from.',
      ),
      cinder_encryption_key_deletion_policy: choice(
        'Cinder Encryption Key Deletion Policy',
        'Whether that key goes when the image is deleted.',
        ['on_image_deletion', 'do_not_delete'],
      ),
    },
  },
  {
    namespace: 'OS::Glance::Signatures',
    title: 'Image Signature Verification',
    description: 'A signature over the bytes of an image, checked by who stores it and by who boots it.',
    protected: false,
    on: [['OS::Glance::Image']],
    properties: {
      img_signature: text('Image Signature', 'The signature itself, in Base64.'),
      img_signature_certificate_uuid: text(
        'Image Signature Certificate UUID',
        'Where the key manager keeps the certificate of who signed.',
      ),
      img_signature_hash_method: choice('Image Signature Hash Method', 'Hash that was signed.', [
        'SHA-224',
        'SHA-256',
        'SHA-384',
        'SHA-512',
      ]),
      img_signature_key_type: choice('Image Signature Key Type', 'Kind of the key that signed.', [
        'RSA-PSS',
        'DSA',
        'ECC_SECT571K1',
        'ECC_SECT409K1',
        'ECC_SECT571R1',
        'ECC_SECT409R1',
        'ECC_SECP521R1',
        'ECC_SECP384R1',
      ]),
    },
  },
  {
    namespace: 'OS::OperatingSystem',
    title: 'Common Operating System Properties',
    description: 'The operating system in an image.',
    on: onImageAndVolume,
    properties: {
      os_distro: text('OS Distro', 'Name of the distribution, in lower case.'),
      os_version: text('OS Version', 'Version as the distributor writes it.'),
      os_admin_user: text('OS Admin User', 'User with whom one signs in first.'),
    },
  },
];
