using System.Net;
using Kube1.Network.Dns;

namespace Kube1.Tests.Network;

public sealed class DnsMessageTests
{
    [Test]
    public void Parse_Question_GivesItsParts()
    {
        var query = DnsQuery.Parse(DnsReply.Ask("Web.Default.SVC.cluster.local", DnsType.Aaaa, id: 0xABCD))!;
        Assert.Multiple(() =>
        {
            Assert.That(query.Id, Is.EqualTo(0xABCD));
            Assert.That(query.Name, Is.EqualTo("web.default.svc.cluster.local"));
            Assert.That(query.Type, Is.EqualTo(DnsType.Aaaa));
            Assert.That(query.RecursionDesired, Is.True);
            Assert.That(query.HasEdns, Is.False);
            Assert.That(query.MaxUdpBytes, Is.EqualTo(512));
        });
    }

    [TestCase(100, 512)]
    [TestCase(1000, 1000)]
    [TestCase(4096, 1232)]
    public void Parse_Edns_TakesTheSizeWithinBounds(int offered, int taken)
    {
        var query = DnsReply.Query("a.b", DnsType.A, offered);
        Assert.Multiple(() =>
        {
            Assert.That(query.HasEdns, Is.True);
            Assert.That(query.MaxUdpBytes, Is.EqualTo(taken));
        });
    }

    [Test]
    public void Parse_NoQuestion_IsNull()
    {
        var question = DnsReply.Ask("a.b", DnsType.A);
        var response = question.ToArray();
        response[2] |= 0x80;
        var two = question.ToArray();
        two[5] = 2;
        Assert.Multiple(() =>
        {
            Assert.That(DnsQuery.Parse([]), Is.Null);
            Assert.That(DnsQuery.Parse(response), Is.Null);
            Assert.That(DnsQuery.Parse(two), Is.Null);
            for (var length = 0; length < question.Length; length++)
            {
                Assert.That(DnsQuery.Parse(question.AsSpan(0, length)), Is.Null, $"cut at {length}");
            }
        });
    }

    [Test]
    public void Parse_NameAbove255Bytes_IsNull()
    {
        var name = string.Join('.', Enumerable.Repeat(new string('a', 50), 6));
        Assert.That(DnsQuery.Parse(DnsReply.Ask(name, DnsType.A)), Is.Null);
    }

    [Test]
    public void Parse_CompressedQuestion_IsNull()
    {
        // A pointer to itself would be followed for ever.
        byte[] message = [0, 7, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0xC0, 12, 0, 1, 0, 1];
        Assert.That(DnsQuery.Parse(message), Is.Null);
    }

    [Test]
    public void Readers_RandomBytes_NeitherFailNorHang()
    {
        var random = new Random(20261122);
        for (var round = 0; round < 20_000; round++)
        {
            var message = DnsReply.Ask("web.default.svc.cluster.local", DnsType.Srv, udpBytes: 1232);
            if (round % 2 == 0)
            {
                message = new byte[random.Next(200)];
                random.NextBytes(message);
            }

            for (var i = random.Next(6); i > 0 && message.Length > 0; i--)
            {
                message[random.Next(message.Length)] = (byte)random.Next(256);
            }

            var query = DnsQuery.Parse(message);
            Assert.That(DnsQuery.ReadAddresses(message, DnsType.A), Is.Not.Null);
            _ = DnsQuery.ShortestTtl(message);
            if (query is not null)
            {
                var reply = DnsAnswer.Failure(DnsCode.Refused).ToMessage(query, query.MaxUdpBytes);
                Assert.That(reply, Has.Length.LessThanOrEqualTo(query.MaxUdpBytes));
            }
        }
    }

    [Test]
    public void ToMessage_MoreThanFits_IsCutAndSaysSo()
    {
        var query = DnsReply.Query("many.default.svc.cluster.local", DnsType.A);
        var answer = Many(query.Name, 100);
        var small = new DnsReply(answer.ToMessage(query, query.MaxUdpBytes));
        var large = new DnsReply(answer.ToMessage(query, ushort.MaxValue));
        Assert.Multiple(() =>
        {
            Assert.That(small.IsTruncated, Is.True);
            Assert.That(small.Answers, Has.Count.InRange(20, 40));
            Assert.That(large.IsTruncated, Is.False);
            Assert.That(large.Answers, Has.Count.EqualTo(100));
            Assert.That(large.Answers[99], Is.EqualTo("many.default.svc.cluster.local A 10.42.0.99"));
        });
    }

    [TestCase(512)]
    [TestCase(700)]
    [TestCase(1232)]
    public void ToMessage_AnySize_StaysWithinIt(int size)
    {
        var query = DnsReply.Query("many.default.svc.cluster.local", DnsType.A, size);
        var message = Many(query.Name, 200).ToMessage(query, query.MaxUdpBytes);
        var reply = new DnsReply(message);
        Assert.Multiple(() =>
        {
            Assert.That(message, Has.Length.LessThanOrEqualTo(size));
            Assert.That(reply.IsTruncated, Is.True);
            Assert.That(reply.Additional, Is.EqualTo(new[] { "Opt" }), "a client with EDNS gets EDNS back");
        });
    }

    [Test]
    public void ToMessage_MixedCase_KeepsTheClientsSpelling()
    {
        var query = DnsReply.Query("MaNy.example", DnsType.A);
        Assert.That(new DnsReply(Many(query.Name, 1).ToMessage(query, 512)).Question, Is.EqualTo("MaNy.example"));
    }

    [Test]
    public void ToMessage_OtherOperation_GivesItBack()
    {
        var query = DnsQuery.Parse(DnsReply.Ask("a.b", DnsType.Soa, opCode: 5))!;
        var reply = new DnsReply(DnsAnswer.Failure(DnsCode.NotImplemented).ToMessage(query, 512));
        Assert.Multiple(() =>
        {
            Assert.That(reply.OpCode, Is.EqualTo(5));
            Assert.That(reply.Code, Is.EqualTo(DnsCode.NotImplemented));
            Assert.That(reply.IsResponse, Is.True);
        });
    }

    [Test]
    public void ShortestTtl_Answers_IsTheSmallest()
    {
        var query = DnsReply.Query("a.b", DnsType.A);
        DnsRecord[] records =
        [
            DnsRecord.Address("a.b", 60, IPAddress.Parse("192.0.2.1")), DnsRecord.Address("a.b", 5, IPAddress.Parse("192.0.2.2")),
        ];
        var message = new DnsAnswer(DnsCode.NoError, records).ToMessage(query, 512);
        Assert.Multiple(() =>
        {
            Assert.That(DnsQuery.ShortestTtl(message), Is.EqualTo(5));
            Assert.That(DnsQuery.ShortestTtl(DnsAnswer.Failure(DnsCode.NameError).ToMessage(query, 512)), Is.Null);
        });
    }

    private static DnsAnswer Many(string name, int count) => new(
        DnsCode.NoError,
        [.. Enumerable.Range(0, count).Select(i => DnsRecord.Address(name, 30, IPAddress.Parse($"10.42.0.{i}")))]);
}
