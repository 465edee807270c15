using System.Security.Cryptography;
using System.Text;
using Kube1.Runtimes.Linux.Teardown;

namespace Kube1.Tests.Runtimes.Teardown;

public sealed class ShimTracesTests
{
    private string _folder = null!;

    private string Sockets => Path.Combine(_folder, "s");

    private RuntimeLocation Runtime => new(Path.Combine(_folder, "state"), "/run/x/containerd.sock");

    [SetUp]
    public void MakeFolder()
    {
        _folder = Directory.CreateTempSubdirectory("kube1-shims").FullName;
        Directory.CreateDirectory(Path.Combine(Runtime.State, "io.containerd.grpc.v1.cri", "sandboxes", "abc"));
    }

    [TearDown]
    public void RemoveFolder() => Directory.Delete(_folder, recursive: true);

    [Test]
    public void Remove_AfterAReboot_HasNothingToDo()
    {
        var traces = new ShimTraces(Runtime, [], Sockets);

        Assert.That(traces.Remove, Throws.Nothing);
    }

    [Test]
    public void Remove_SocketsOfKnownSandboxes_AreGoneAndOthersStay()
    {
        Directory.CreateDirectory(Sockets);
        var (known, running, other) = (SocketOf("abc"), SocketOf("def"), SocketOf("ghi"));
        foreach (var file in new[] { known, running, other })
        {
            File.WriteAllText(file, "");
        }

        new ShimTraces(Runtime, [["containerd-shim-runc-v2", "-id", "def"]], Sockets).Remove();

        Assert.That(Directory.GetFiles(Sockets), Is.EqualTo(new[] { other }));
    }

    private string SocketOf(string sandbox) => Path.Combine(Sockets, Convert.ToHexStringLower(
        SHA256.HashData(Encoding.UTF8.GetBytes($"/run/x/containerd.sock/k8s.io/{sandbox}"))));
}
