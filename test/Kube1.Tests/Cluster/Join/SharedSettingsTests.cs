using System.Net;
using Kube1.Cluster.Configuration;
using Kube1.Cluster.Join;

namespace Kube1.Tests.Cluster.Join;

[TestFixture]
public sealed class SharedSettingsTests
{
    private static readonly SharedSettings Example = new(
        IPNetwork.Parse("10.1.0.0/16"), IPNetwork.Parse("10.2.0.0/20"), IPAddress.Parse("10.2.0.53"), "edge.local");

    [Test]
    public void Read_WhatWasPublished_IsTheSame() =>
        Assert.That(SharedSettings.Read(Example.ToConfigMap()), Is.EqualTo(Example));

    [Test]
    public void ApplyTo_AnAgentsConfiguration_MakesItSayTheSame()
    {
        var config = new ClusterConfig();

        Example.ApplyTo(config);

        Assert.That(SharedSettings.Of(config), Is.EqualTo(Example));
    }

    [TestCase("cluster-cidr", "10.1.0.0")]
    [TestCase("service-cidr", "")]
    [TestCase("cluster-dns", "dns")]
    [TestCase("cluster-domain", "")]
    public void Read_BadValue_NamesTheKey(string key, string value)
    {
        var map = Example.ToConfigMap();
        map.Data![key] = value;

        Assert.That(() => SharedSettings.Read(map), Throws.TypeOf<JoinException>().With.Message.Contains(key));
    }

    [Test]
    public void Load_WhatWasSaved_IsTheSame()
    {
        var path = Path.GetTempFileName();
        try
        {
            Example.Save(path);
            Assert.That(SharedSettings.Load(path), Is.EqualTo(Example));
            File.WriteAllText(path, "{ half");
            Assert.That(SharedSettings.Load(path), Is.Null);
        }
        finally
        {
            File.Delete(path);
        }
    }
}
