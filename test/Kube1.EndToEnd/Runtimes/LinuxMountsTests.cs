using System.Net.Sockets;
using Kube1.EndToEnd.Network;
using Kube1.Kubelet.Hosts;
using Kube1.Runtimes.Linux.Mounts;

namespace Kube1.EndToEnd.Runtimes;

/// <summary>Mounts, owners and kinds of files as the kernel has them, in a folder of the test's own.</summary>
[NonParallelizable]
public sealed class LinuxMountsTests
{
    private const long SizeBytes = 1024 * 1024;

    private readonly LinuxMounts _mounts = new();
    private string _folder = null!;

    [SetUp]
    public void Make() => _folder = Directory.CreateTempSubdirectory("kube1-mounts-").FullName;

    [TearDown]
    public void Remove()
    {
        foreach (var mount in _mounts.List().Reverse().Where(m => m.Path.StartsWith(_folder, StringComparison.Ordinal)))
        {
            _mounts.Unmount(mount.Path);
        }

        Directory.Delete(_folder, recursive: true);
    }

    [Test]
    public void MountTmpfs_WithASize_HoldsNoMore()
    {
        var path = Folder("tmpfs");
        _mounts.MountTmpfs(path, SizeBytes);

        var mount = _mounts.List().Single(m => m.Path == path);
        Assert.Multiple(() =>
        {
            Assert.That(_mounts.IsMountPoint(path), Is.True);
            Assert.That(mount.Type, Is.EqualTo("tmpfs"));
            Assert.That(mount.Options.Split(','), Is.SupersetOf(new[] { "nosuid", "nodev" }));
            Assert.That(_mounts.UsageOf(path).CapacityBytes, Is.EqualTo(SizeBytes));
            Assert.That(
                () => File.WriteAllBytes(Path.Combine(path, "file"), new byte[SizeBytes + 1]),
                Throws.InstanceOf<IOException>());
        });
    }

    [Test]
    public void Unmount_MountedNotMountedMissing_LeavesNoMount()
    {
        var path = Folder("tmpfs");
        _mounts.MountTmpfs(path, 0);
        _mounts.Unmount(path);
        _mounts.Unmount(path);
        _mounts.Unmount(Path.Combine(_folder, "missing"));

        Assert.That(_mounts.IsMountPoint(path), Is.False);
    }

    [Test]
    public void Unmount_LinkToAMount_LeavesTheMount()
    {
        var path = Folder("tmpfs");
        var link = Link("link", path);
        _mounts.MountTmpfs(path, 0);
        _mounts.Unmount(link);

        Assert.That(_mounts.IsMountPoint(path), Is.True);
        Assert.That(_mounts.IsMountPoint(link), Is.False);
    }

    [Test]
    public void Bind_Folder_ShowsTheSameFilesAndTakesWrites()
    {
        var (source, target) = (Folder("source"), Folder("target"));
        WriteFile("source/file", "before");
        _mounts.Bind(source, target, readOnly: false);
        WriteFile("target/file", "after");

        Assert.That(ReadFile("source/file"), Is.EqualTo("after"));
        Assert.That(_mounts.IsMountPoint(target), Is.True, "also on the same file system");
    }

    [Test]
    public void Bind_ReadOnly_RefusesWritesAndKeepsTheOtherFlags()
    {
        var (source, target) = (Folder("source"), Folder("target"));
        _mounts.MountTmpfs(source, 0);
        WriteFile("source/file", "kept");
        _mounts.Bind(source, target, readOnly: true);

        Assert.Multiple(() =>
        {
            Assert.That(() => WriteFile("target/file", "changed"), Throws.InstanceOf<IOException>());
            Assert.That(ReadFile("target/file"), Is.EqualTo("kept"));
            Assert.That(
                _mounts.List().Single(m => m.Path == target).Options.Split(','),
                Is.SupersetOf(new[] { "ro", "nosuid", "nodev" }));
            WriteFile("source/file", "changed");
        });
    }

    [Test]
    public void Bind_File_IsBoundAlone()
    {
        WriteFile("source", "content");
        WriteFile("target", "");
        _mounts.Bind(At("source"), At("target"), readOnly: true);

        Assert.That(ReadFile("target"), Is.EqualTo("content"));
    }

    [Test]
    public void Bind_MissingSource_SaysWhatAndWhy() => Assert.That(
        () => _mounts.Bind(At("missing"), Folder("target"), readOnly: false),
        Throws.InstanceOf<IOException>().With.Message.EqualTo(
            $"bind {At("missing")} at {At("target")}: No such file or directory"));

    [TestCase("inside/data", TestName = "BindBeneath_Folder_IsBound")]
    [TestCase("link-inside", TestName = "BindBeneath_LinkThatStaysInside_IsBound")]
    public void BindBeneath_Inside_IsBound(string relative)
    {
        MakeTree();
        _mounts.BindBeneath(At("root"), relative, At("target"), readOnly: false);

        Assert.That(ReadFile("target/file"), Is.EqualTo("inside"));
    }

    [TestCase("link-outside", TestName = "BindBeneath_LinkThatLeadsOut_IsRefused")]
    [TestCase("link-absolute", TestName = "BindBeneath_AbsoluteLink_IsRefused")]
    [TestCase("../outside", TestName = "BindBeneath_ParentFolder_IsRefused")]
    [TestCase("inside/missing", TestName = "BindBeneath_Missing_IsRefused")]
    public void BindBeneath_Outside_IsRefused(string relative)
    {
        MakeTree();

        Assert.That(
            () => _mounts.BindBeneath(At("root"), relative, At("target"), readOnly: false),
            Throws.InstanceOf<IOException>().With.Message.StartsWith($"open {relative} beneath {At("root")}: "));
        Assert.That(_mounts.IsMountPoint(At("target")), Is.False);
    }

    [Test]
    public void MakeFoldersBeneath_SomeAreThere_MakesTheOthersWithTheMode()
    {
        const UnixFileMode All = (UnixFileMode)0x1FF;
        MakeTree();
        _mounts.ChangeMode(At("root/inside"), UnixFileMode.UserRead | UnixFileMode.UserExecute);
        _mounts.MakeFoldersBeneath(At("root"), "inside/new/deep", All);
        _mounts.MakeFoldersBeneath(At("root"), "inside/new/deep", All);

        Assert.Multiple(() =>
        {
            Assert.That(_mounts.ModeOf(At("root/inside/new/deep")), Is.EqualTo(All), "whatever the umask");
            Assert.That(_mounts.ModeOf(At("root/inside/new")), Is.EqualTo(All));
            Assert.That(
                _mounts.ModeOf(At("root/inside")), Is.EqualTo(UnixFileMode.UserRead | UnixFileMode.UserExecute));
        });
    }

    [Test]
    public void MakeFoldersBeneath_LinkThatLeadsOut_TouchesNothingOutside()
    {
        MakeTree();

        Assert.That(
            () => _mounts.MakeFoldersBeneath(At("root"), "link-outside/new", UnixFileMode.UserWrite),
            Throws.InstanceOf<IOException>());
        Assert.That(Directory.Exists(At("outside/new")), Is.False);
    }

    [Test]
    public void MakeShared_Mount_PassesOnWhatIsMountedBelow()
    {
        var path = Folder("shared");
        _mounts.Bind(path, path, readOnly: false);
        _mounts.MakeShared(path);

        Assert.That(
            File.ReadLines("/proc/self/mountinfo").Single(l => l.Split(' ')[4] == path), Does.Contain(" shared:"));
    }

    [Test]
    public void ChangeOwner_Link_ChangesTheLinkAndNotItsTarget()
    {
        WriteFile("file", "");
        var link = Link("link", At("file"));
        _mounts.ChangeOwner(link, 1234, 2345);
        _mounts.ChangeOwner(link, -1, 3456);

        Assert.That(Stat("%u %g", link), Is.EqualTo("1234 3456"));
        Assert.That(Stat("%u", At("file")), Is.EqualTo("0"));
    }

    [Test]
    public void Rename_OverALink_ReplacesTheLinkInOneStep()
    {
        var (old, next) = (Folder("old"), Folder("next"));
        var current = Link("current", old);
        _mounts.Rename(Link("partial", next), current);

        Assert.That(new DirectoryInfo(current).LinkTarget, Is.EqualTo(next));
        Assert.That(_mounts.KindOf(At("partial")), Is.EqualTo(HostPathKind.Missing));
        Assert.That(Directory.EnumerateFileSystemEntries(old), Is.Empty);
    }

    [Test]
    public void KindOf_EachKind_IsTold()
    {
        WriteFile("file", "");
        NetworkNamespaceFixture.Run("mkfifo", At("pipe"));
        NetworkNamespaceFixture.Run("mknod", At("block"), "b", "7", "200");
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        socket.Bind(new UnixDomainSocketEndPoint(At("socket")));
        (string Path, HostPathKind Kind)[] expected =
        [
            (At("missing"), HostPathKind.Missing), (_folder, HostPathKind.Directory), (At("file"), HostPathKind.File),
            (At("socket"), HostPathKind.Socket), ("/dev/null", HostPathKind.CharDevice),
            (At("block"), HostPathKind.BlockDevice), (At("pipe"), HostPathKind.Other),
            (Link("link", _folder), HostPathKind.SymbolicLink),
            (Link("dangling", At("missing")), HostPathKind.SymbolicLink),
        ];

        Assert.That(expected.Select(e => (e.Path, _mounts.KindOf(e.Path))), Is.EqualTo(expected));
    }

    [Test]
    public void TreeUsageOf_HardLinkAndOtherFileSystem_CountsOnceAndNotTheOther()
    {
        var tree = Folder("tree");
        File.WriteAllBytes(At("tree/file"), new byte[SizeBytes]);
        NetworkNamespaceFixture.Run("ln", At("tree/file"), At("tree/again"));
        _mounts.MountTmpfs(Folder("tree/other"), 0);
        File.WriteAllBytes(At("tree/other/file"), new byte[SizeBytes]);
        // Until it is on the disk a file may have no blocks, or those that were set aside for it.
        NetworkNamespaceFixture.Run("sync", "--file-system", At("tree/file"));
        var du = NetworkNamespaceFixture.Run("du", "--one-file-system", "--summarize", "--block-size=1", tree);

        var usage = _mounts.TreeUsageOf(tree);

        Assert.That($"{usage.UsedBytes}", Is.EqualTo(du.Split('\t')[0]));
        Assert.That(usage.Inodes, Is.EqualTo(2));
    }

    /// <summary>root/ with a folder, links that stay inside and links that lead out; outside/ and target/ beside it.</summary>
    private void MakeTree()
    {
        Folder("root/inside/data");
        Folder("outside");
        Folder("target");
        WriteFile("root/inside/data/file", "inside");
        WriteFile("outside/file", "outside");
        Link("root/link-inside", "inside/data");
        Link("root/link-outside", "../outside");
        Link("root/link-absolute", At("outside"));
    }

    private string At(string relative) => Path.Combine(_folder, relative);

    private string Folder(string relative) => Directory.CreateDirectory(At(relative)).FullName;

    private string Link(string relative, string target) => File.CreateSymbolicLink(At(relative), target).FullName;

    private void WriteFile(string relative, string content) => File.WriteAllText(At(relative), content);

    private string ReadFile(string relative) => File.ReadAllText(At(relative));

    private static string Stat(string format, string path) =>
        NetworkNamespaceFixture.Run("stat", "--format", format, path).Trim();
}
