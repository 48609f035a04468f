"""Writes archives of images in the layout of the Open Container Initiative."""

import hashlib
import io
import json
import tarfile

MEDIA_TYPE = "application/vnd.oci.image."


def layer(files):
    """Returns a tar archive of executable files, a dictionary of paths and contents."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as tar:
        for path, content in files.items():
            entry = tarfile.TarInfo(path)
            entry.size = len(content)
            entry.mode = 0o755
            tar.addfile(entry, io.BytesIO(content))
    return buffer.getvalue()


def digest(content):
    return "sha256:" + hashlib.sha256(content).hexdigest()


class ImageArchive:
    """What an archive of one image will hold."""

    def __init__(self):
        self.files = {"oci-layout": b'{"imageLayoutVersion": "1.0.0"}'}

    def blob(self, content, media_type):
        """Adds the content, and returns what refers to it."""
        name = digest(content)
        self.files["blobs/" + name.replace(":", "/")] = content
        return {"mediaType": MEDIA_TYPE + media_type, "digest": name, "size": len(content)}

    def layer(self, files):
        return self.blob(layer(files), "layer.v1.tar")

    def write(self, path, name, config, layers):
        """Writes the image of that name, whose configuration already lists the layers' contents."""
        described = self.blob(json.dumps(config).encode(), "config.v1+json")
        manifest = self.blob(json.dumps({"schemaVersion": 2, "config": described, "layers": layers}).encode(), "manifest.v1+json")
        manifest["annotations"] = {"io.containerd.image.name": name}
        self.files["index.json"] = json.dumps({"schemaVersion": 2, "manifests": [manifest]}).encode()
        with open(path, "wb") as output:
            output.write(layer(self.files))
