using System.Net;
using Kube1.Cluster.Configuration;

namespace Kube1.Tests.Cluster.Configuration;

public sealed class ConfigLoaderTests
{
    private string _folder = "";

    [SetUp]
    public void SetUp() => _folder = Directory.CreateTempSubdirectory("kube1-config").FullName;

    [TearDown]
    public void TearDown() => Directory.Delete(_folder, recursive: true);

    [Test]
    public void Load_NothingGiven_HasTheDefaults()
    {
        var config = Load(SettingScope.Server, file: "");
        Assert.Multiple(() =>
        {
            Assert.That(config.Port, Is.EqualTo(6443));
            Assert.That(config.EffectiveClusterDns, Is.EqualTo(IPAddress.Parse("10.43.0.10")));
            Assert.That(config.KubernetesServiceIP, Is.EqualTo(IPAddress.Parse("10.43.0.1")));
            Assert.That(config.InstanceName, Is.EqualTo("kube1"));
        });
    }

    [Test]
    public void Load_FlagEnvironmentAndFile_FlagWinsThenEnvironment()
    {
        const string file = "https-listen-port: 1001\nkubelet-port: 1002\nmax-pods: 33\n";
        var config = Load(
            SettingScope.Server, file, ("https-listen-port", "3001"),
            ("KUBE1_HTTPS_LISTEN_PORT", "2001"), ("KUBE1_KUBELET_PORT", "2002"));
        Assert.Multiple(() =>
        {
            Assert.That(config.Port, Is.EqualTo(3001));
            Assert.That(config.KubeletPort, Is.EqualTo(2002));
            Assert.That(config.MaxPods, Is.EqualTo(33));
        });
    }

    [Test]
    public void Load_RepeatableSetting_TakesListsAndCommas()
    {
        var fromFile = Load(SettingScope.Server, "node-label: [a=1, b=2]\n");
        var fromEnvironment = Load(SettingScope.Server, "", null, ("KUBE1_NODE_LABEL", "a=1,b=2"));
        Assert.Multiple(() =>
        {
            Assert.That(fromFile.NodeLabels, Is.EqualTo(new Dictionary<string, string> { ["a"] = "1", ["b"] = "2" }));
            Assert.That(fromEnvironment.NodeLabels, Is.EqualTo(fromFile.NodeLabels));
        });
    }

    [TestCase(
        "https-listen-port", "0",
        "--https-listen-port: '0' does not do: a whole number from 1 to 65535 is expected")]
    [TestCase(
        "cluster-cidr", "10.42.0.1/16",
        "--cluster-cidr: '10.42.0.1/16' does not do: a range such as 10.42.0.0/16 is expected, its host bits zero")]
    [TestCase(
        "cluster-cidr", "10.43.128.0/20",
        "--cluster-cidr 10.43.128.0/20 and --service-cidr 10.43.0.0/16 overlap; choose ranges apart")]
    [TestCase(
        "cluster-dns", "10.9.0.10",
        "--cluster-dns 10.9.0.10 is not in the service range 10.43.0.0/16")]
    [TestCase(
        "service-node-port-range", "32767-30000",
        "--service-node-port-range: '32767-30000' does not do: the first port is above the last")]
    [TestCase(
        "node-taint", "a=b",
        "--node-taint: 'a=b' does not do: KEY=VALUE:EFFECT is expected, the effect NoSchedule, PreferNoSchedule or NoExecute")]
    public void Load_BadValue_SaysWhereAndWhatIsExpected(string name, string value, string message) =>
        Assert.That(() => Load(SettingScope.Server, "", (name, value)), Throws.TypeOf<ConfigException>().With.Message.EqualTo(message));

    [Test]
    public void Load_UnknownSettingInFile_NamesTheLine() =>
        Assert.That(
            () => Load(SettingScope.Server, "max-pods: 10\nmaxpods: 10\n"),
            Throws.TypeOf<ConfigException>().With.Message.EndsWith("line 2: there is no setting 'maxpods'"));

    [Test]
    public void Load_FileOfBrokenYaml_SaysSo() =>
        Assert.That(
            () => Load(SettingScope.Server, "max-pods: [1\n"),
            Throws.TypeOf<ConfigException>().With.Message.Contains("is no YAML"));

    [Test]
    public void Load_AgentWithoutServer_AsksForJoin() =>
        Assert.That(
            () => Load(SettingScope.Agent, ""),
            Throws.TypeOf<ConfigException>().With.Message.EqualTo("--join is missing: name the server, https://HOST:6443"));

    [Test]
    public void InstanceName_OtherDirectory_IsStableAndFitsAnInterfaceName()
    {
        var a = ClusterConfig.InstanceNameOf("/tmp/a");
        Assert.Multiple(() =>
        {
            Assert.That(a, Is.EqualTo(ClusterConfig.InstanceNameOf("/tmp/a/")));
            Assert.That(a, Is.Not.EqualTo(ClusterConfig.InstanceNameOf("/tmp/b")));
            Assert.That(a, Has.Length.EqualTo(12));
        });
    }

    private ClusterConfig Load(
        SettingScope scope, string file, (string Name, string Value)? flag = null, params (string Name, string Value)[] variables)
    {
        var path = Path.Combine(_folder, "config.yaml");
        File.WriteAllText(path, file);
        var flags = new Dictionary<string, IReadOnlyList<string>>();
        if (flag is { } given)
        {
            flags[given.Name] = [given.Value];
        }

        return ConfigLoader.Load(scope, path, name => variables.FirstOrDefault(v => v.Name == name).Value, flags);
    }
}
