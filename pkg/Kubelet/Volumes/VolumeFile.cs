namespace Kube1.Kubelet.Volumes;

/// <summary>A file to be written into a volume; owner -1 keeps the kubelet's own user.</summary>
internal sealed record VolumeFile(byte[] Data, UnixFileMode Mode, int OwnerUid = -1);
