using System.Net;
using System.Text.Json.Nodes;
using Kube1.Network;
using Kube1.Network.Cni;

namespace Kube1.Tests.Network;

public sealed class CniConfigTests
{
    private string _folder = "";

    [SetUp]
    public void MakeFolder() => _folder = Directory.CreateTempSubdirectory("kube1-cni-").FullName;

    [TearDown]
    public void RemoveFolder() => Directory.Delete(_folder, recursive: true);

    [Test]
    public void Text_Node_IsOneLinkForEachPodFromTheNodesRange()
    {
        var config = JsonNode.Parse(CniConfig.Text(Options(), IPNetwork.Parse("10.42.3.0/24"), 1450))!;
        var plugin = config["plugins"]!.AsArray().Single()!;
        Assert.Multiple(() =>
        {
            Assert.That((string?)config["name"], Is.EqualTo("kube1-test"));
            Assert.That((string?)plugin["type"], Is.EqualTo("ptp"));
            Assert.That((int)plugin["mtu"]!, Is.EqualTo(1450));
            Assert.That((bool)plugin["ipMasq"]!, Is.False, "masquerading is the Service table's");
            Assert.That((string?)plugin["ipam"]!["type"], Is.EqualTo("host-local"));
            Assert.That((string?)plugin["ipam"]!["dataDir"], Is.EqualTo("/data"));
            Assert.That((string?)plugin["ipam"]!["ranges"]![0]![0]!["subnet"], Is.EqualTo("10.42.3.0/24"));
            Assert.That((string?)plugin["ipam"]!["routes"]![0]!["dst"], Is.EqualTo("0.0.0.0/0"));
        });
    }

    [Test]
    public void Write_Twice_LeavesOneWholeFile()
    {
        CniConfig.Write(Options(), IPNetwork.Parse("10.42.3.0/24"), 1500);
        CniConfig.Write(Options(), IPNetwork.Parse("10.42.4.0/24"), 1500);
        var file = Directory.GetFiles(Path.Combine(_folder, "net.d")).Single();
        Assert.Multiple(() =>
        {
            Assert.That(Path.GetFileName(file), Is.EqualTo("10-kube1.conflist"));
            Assert.That(File.ReadAllText(file), Does.Contain("10.42.4.0/24"));
        });
    }

    [Test]
    public void Write_SameAgain_DoesNotTouchTheFile()
    {
        CniConfig.Write(Options(), IPNetwork.Parse("10.42.3.0/24"), 1500);
        var file = Directory.GetFiles(Path.Combine(_folder, "net.d")).Single();
        File.SetLastWriteTimeUtc(file, DateTime.UnixEpoch);
        CniConfig.Write(Options(), IPNetwork.Parse("10.42.3.0/24"), 1500);
        Assert.That(File.GetLastWriteTimeUtc(file), Is.EqualTo(DateTime.UnixEpoch), "the runtime would load it anew");
    }

    private NetworkOptions Options() => HostGatewayRoutesTests.Options with
    {
        CniConfigDirectory = Path.Combine(_folder, "net.d"),
        CniDataDirectory = "/data",
    };
}
