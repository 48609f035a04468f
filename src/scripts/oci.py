"""Reads and writes archives of images: a tar of an image layout, see image-layout.md of the OCI image specification."""

import hashlib
import io
import json
import tarfile

MEDIA_TYPE = "application/vnd.oci.image."


class Image:
    """An image of an archive that is open."""

    def __init__(self, archive):
        self.archive = archive
        self.descriptor = json.load(archive.extractfile("index.json"))["manifests"][0]
        self.digest = self.descriptor["digest"]
        self.manifest = json.load(self.blob(self.descriptor))
        self.config = json.load(self.blob(self.manifest["config"]))
        self.layers = self.manifest["layers"]

    def blob(self, descriptor):
        """Opens what a descriptor refers to."""
        return self.archive.extractfile("blobs/" + descriptor["digest"].replace(":", "/"))


class ArchiveWriter:
    """Writes an archive of one image into an open tar. The same content gives the same bytes; every file has the time given."""

    def __init__(self, archive, epoch=0):
        self.archive = archive
        self.epoch = epoch
        self.add_json("oci-layout", {"imageLayoutVersion": "1.0.0"})

    def add(self, name, size, content):
        made = tarfile.TarInfo(name)
        made.size, made.mtime = size, self.epoch
        self.archive.addfile(made, content)

    def add_json(self, name, value):
        data = json.dumps(value, sort_keys=True).encode()
        self.add(name, len(data), io.BytesIO(data))

    def add_blob(self, media_type, content):
        """Adds an open file, and returns its descriptor."""
        digest = hashlib.sha256()
        while chunk := content.read(1 << 20):
            digest.update(chunk)
        size = content.tell()
        content.seek(0)
        self.add("blobs/sha256/" + digest.hexdigest(), size, content)
        return {"mediaType": MEDIA_TYPE + media_type, "digest": "sha256:" + digest.hexdigest(), "size": size}

    def add_json_blob(self, media_type, value):
        return self.add_blob(media_type, io.BytesIO(json.dumps(value, sort_keys=True).encode()))

    def add_layer(self, path, content):
        """Adds a layer of one executable file, and returns its descriptor."""
        buffer = io.BytesIO()
        with tarfile.open(fileobj=buffer, mode="w") as layer:
            entry = tarfile.TarInfo(path)
            entry.size, entry.mode, entry.mtime = len(content), 0o755, self.epoch
            layer.addfile(entry, io.BytesIO(content))
        buffer.seek(0)
        return self.add_blob("layer.v1.tar", buffer)

    def finish(self, name, config, layers):
        """Adds what makes the blobs an image of that name. The configuration lists the layers' contents already."""
        kind = {"schemaVersion": 2, "mediaType": MEDIA_TYPE + "manifest.v1+json"}
        manifest = self.add_json_blob("manifest.v1+json", {**kind, "config": self.add_json_blob("config.v1+json", config), "layers": layers})
        manifest["annotations"] = {"org.opencontainers.image.ref.name": name}
        self.add_json("index.json", {"schemaVersion": 2, "mediaType": MEDIA_TYPE + "index.v1+json", "manifests": [manifest]})
