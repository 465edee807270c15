using Kube1.Api;
using Kube1.Api.Models;
using Kube1.Kubelet.Containers;
using Kube1.Kubelet.Volumes;
using Kube1.Runtimes.Simulated;
using Kube1.Testing;

namespace Kube1.Tests.Kubelet;

[TestFixture]
internal sealed class PodVolumesTests
{
    private string _folder = "";
    private SimulatedMounts _mounts = new();
    private FixedObjects _objects = new();

    [SetUp]
    public void SetUp()
    {
        _folder = Directory.CreateTempSubdirectory("kube1-volumes").FullName;
        _mounts = new SimulatedMounts();
        _objects = new FixedObjects();
    }

    [TearDown]
    public void TearDown() => Directory.Delete(_folder, recursive: true);

    [Test]
    public async Task PrepareAsync_FolderWithoutMount_MountsBeforeSecretsAreWritten()
    {
        _objects.Secret = new V1Secret { Data = new() { ["k"] = [1] } };
        var pod = WithVolume(new V1Volume { Name = "v", Secret = new V1SecretVolumeSource { SecretName = "s" } });
        var path = new PodFolders(_folder).Volume(pod.Metadata.Uid!, "secret", "v");
        Directory.CreateDirectory(path);

        await PrepareAsync(pod);
        Assert.That(_mounts.IsMountPoint(path), Is.True);
        Assert.That(File.ReadAllBytes(Path.Combine(path, "k")), Is.EqualTo(new byte[] { 1 }));

        // As after a reboot: the folder stayed, the mount went.
        _mounts.Unmount(path);
        await PrepareAsync(pod);
        Assert.That(_mounts.IsMountPoint(path), Is.True);
    }

    [Test]
    public async Task PrepareAsync_MemoryEmptyDir_IsMountedAnewAfterReboot()
    {
        var pod = WithVolume(new V1Volume { Name = "v", EmptyDir = new V1EmptyDirVolumeSource { Medium = "Memory" } });
        var path = (await PrepareAsync(pod))["v"];
        Assert.That(_mounts.IsMountPoint(path), Is.True);
        _mounts.Unmount(path);
        await PrepareAsync(pod);
        Assert.That(_mounts.IsMountPoint(path), Is.True);
    }

    [Test]
    public async Task PrepareAsync_EmptyDirHalfMade_IsFinished()
    {
        var pod = WithVolume(new V1Volume { Name = "v", EmptyDir = new V1EmptyDirVolumeSource() });
        var path = new PodFolders(_folder).Volume(pod.Metadata.Uid!, "empty-dir", "v");
        Directory.CreateDirectory(path);
        _mounts.ChangeMode(path, UnixFileMode.UserRead | UnixFileMode.UserExecute | UnixFileMode.UserWrite);
        await PrepareAsync(pod);
        Assert.That((int)_mounts.ModeOf(path) & 0x1FF, Is.EqualTo(0x1FF));
    }

    [Test]
    public async Task PrepareAsync_HostPathWithoutType_MakesNothing()
    {
        var path = Path.Combine(_folder, "missing");
        var pod = WithVolume(new V1Volume { Name = "v", HostPath = new V1HostPathVolumeSource { Path = path } });
        Assert.That((await PrepareAsync(pod))["v"], Is.EqualTo(path));
        Assert.That(Path.Exists(path), Is.False);
    }

    [Test]
    public void PrepareAsync_HostPathOfOtherType_Fails()
    {
        var source = new V1HostPathVolumeSource { Path = _folder, Type = "File" };
        var pod = WithVolume(new V1Volume { Name = "v", HostPath = source });
        Assert.That(
            async () => await PrepareAsync(pod),
            Throws.TypeOf<VolumeException>().With.Message.EqualTo($"hostPath type check failed: {_folder} is not a file"));
    }

    [Test]
    public async Task TearDown_Mounts_AreUnmountedAndFolderGoes()
    {
        var pod = WithVolume(new V1Volume { Name = "v", EmptyDir = new V1EmptyDirVolumeSource { Medium = "Memory" } });
        var path = (await PrepareAsync(pod))["v"];
        Volumes().TearDown(pod.Metadata.Uid!);
        Assert.That(_mounts.IsMountPoint(path), Is.False);
        Assert.That(Directory.Exists(new PodFolders(_folder).Of(pod.Metadata.Uid!)), Is.False);
    }

    private static V1Pod WithVolume(V1Volume volume) => NodeFixture.Pod(edit: s => s.Volumes = [volume]);

    private Task<IReadOnlyDictionary<string, string>> PrepareAsync(V1Pod pod) =>
        Volumes().PrepareAsync(pod, new PodAddresses([], []), CancellationToken.None);

    private PodVolumes Volumes() => new(
        new PodFolders(_folder), _mounts,
        new VolumePayload(_objects, new NoTokens(), new Dictionary<string, ResourceQuantity>()), new ManualTime());

    private sealed class FixedObjects : IConfigSource
    {
        public V1Secret? Secret { get; set; }

        public ValueTask<V1ConfigMap?> ConfigMapAsync(string ns, string name, CancellationToken ct) => new((V1ConfigMap?)null);

        public ValueTask<V1Secret?> SecretAsync(string ns, string name, CancellationToken ct) => new(Secret);
    }

    private sealed class NoTokens : IServiceAccountTokens
    {
        public Task<string> GetAsync(V1Pod pod, string? audience, long expirationSeconds, CancellationToken ct) =>
            throw new NotSupportedException();

        public DateTimeOffset? RenewalOf(string podUid) => null;

        public void Forget(string podUid)
        {
            // There are none.
        }
    }
}
