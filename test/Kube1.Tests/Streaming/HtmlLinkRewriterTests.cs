using System.Buffers;
using System.Text;
using Kube1.ApiServer.Streaming.Proxies;

namespace Kube1.Tests.Streaming;

public sealed class HtmlLinkRewriterTests
{
    [TestCase("<a href=\"/x\">t</a>", "<a href=\"/p/x\">t</a>")]
    [TestCase("<A class=b HREF='/x' title=\"/y\">t</A>", "<A class=b HREF='/p/x' title=\"/y\">t</A>")]
    [TestCase("<img src=/x.png alt=/y>", "<img src=/p/x.png alt=/y>")]
    [TestCase("<img src = \"/x\" longdesc=/y />", "<img src = \"/p/x\" longdesc=/p/y />")]
    [TestCase("<form action=\"/x?a=1&amp;b=2\">", "<form action=\"/p/x?a=1&amp;b=2\">")]
    [TestCase("<script src=\"/x.js\">'<a href=\"/y\">'</script><a href=/z>", "<script src=\"/p/x.js\">'<a href=\"/y\">'</script><a href=/p/z>")]
    [TestCase("<title><a href=/x></TITLE><a href=/y>", "<title><a href=/x></TITLE><a href=/p/y>")]
    [TestCase("<!-- <a href=/x> --><a href=/y>", "<!-- <a href=/x> --><a href=/p/y>")]
    [TestCase("<!DOCTYPE html><p>1 < 2 <a href=\"x\">", "<!DOCTYPE html><p>1 < 2 <a href=\"x\">")]
    [TestCase("<a title=\">\" href=\"/x\">", "<a title=\">\" href=\"/p/x\">")]
    [TestCase("<a href=\"/x", "<a href=\"/x")]
    [TestCase("<", "<")]
    [TestCase("ü <a href=\"/ü\">", "ü <a href=\"/p/ü\">")]
    public void Push_InPiecesOfAnySize_RewritesLinksAndNothingElse(string page, string expected)
    {
        var bytes = Encoding.UTF8.GetBytes(page);
        for (var size = 1; size <= bytes.Length; size++)
        {
            var output = new ArrayBufferWriter<byte>();
            var rewriter = new HtmlLinkRewriter(new ProxiedLinks("/p", "10.0.0.1:80", "api:6443").Rewrite);
            foreach (var piece in bytes.Chunk(size))
            {
                rewriter.Push(piece, output);
            }

            rewriter.End(output);
            Assert.That(Encoding.UTF8.GetString(output.WrittenSpan), Is.EqualTo(expected), $"pieces of {size}");
        }
    }

    [Test]
    public void Push_TagWithoutEnd_IsNotHeldForEver()
    {
        var output = new ArrayBufferWriter<byte>();
        var rewriter = new HtmlLinkRewriter(link => "/p" + link);
        var tag = Encoding.ASCII.GetBytes("<a href=\"/" + new string('x', 100_000));
        foreach (var piece in tag.Chunk(8192))
        {
            rewriter.Push(piece, output);
        }

        Assert.That(output.WrittenCount, Is.GreaterThan(60_000));
        rewriter.End(output);
        Assert.That(output.WrittenSpan.SequenceEqual(tag), Is.True);
    }

    [TestCase("<a title='<a href=/x>")]
    [TestCase("<a title=\"<img src='/x'><a href=/y>")]
    public void End_WithinATag_NothingInItIsRewritten(string tag)
    {
        var output = new ArrayBufferWriter<byte>();
        var rewriter = new HtmlLinkRewriter(link => "/p" + link);
        rewriter.Push(Encoding.ASCII.GetBytes(tag), output);
        rewriter.End(output);

        Assert.That(Encoding.ASCII.GetString(output.WrittenSpan), Is.EqualTo(tag));
    }

    [Test]
    public void Push_TooManyBytesWithinATag_PassUpToItsEndUnread()
    {
        var tags = string.Concat(Enumerable.Repeat("<a ", 1_000_000));
        var output = new ArrayBufferWriter<byte>();
        var rewriter = new HtmlLinkRewriter(link => "/p" + link);
        foreach (var piece in Encoding.ASCII.GetBytes(tags + "<a href=/x><a href=/y>").Chunk(32 * 1024))
        {
            rewriter.Push(piece, output);
        }

        rewriter.End(output);
        Assert.That(
            Encoding.ASCII.GetString(output.WrittenSpan[^22..]), Is.EqualTo("a href=/x><a href=/p/y>"[^22..]));
    }

    [Test]
    public void Push_TagWhoseEndSeemsToComeManyTimes_IsNotReadForEachOfThem()
    {
        var output = new ArrayBufferWriter<byte>();
        var rewriter = new HtmlLinkRewriter(link => "/p" + link);
        rewriter.Push("<a href=/x title=\""u8, output);
        for (var i = 0; i < 20; i++)
        {
            rewriter.Push(">"u8, output);
        }

        Assert.That(output.WrittenCount, Is.Positive, "it is given up long before it fills the memory");
        rewriter.Push("\"><a href=/y>"u8, output);
        rewriter.End(output);
        Assert.That(
            Encoding.ASCII.GetString(output.WrittenSpan),
            Is.EqualTo("<a href=/x title=\"" + new string('>', 20) + "\"><a href=/p/y>"));
    }

    [TestCase("/x/y?q#f", "/p/x/y?q#f")]
    [TestCase("/", "/p/")]
    [TestCase("/p/x", "/p/x")]
    [TestCase("x/y", "x/y")]
    [TestCase("", "")]
    [TestCase("?q", "?q")]
    [TestCase("#f", "#f")]
    [TestCase("mailto:a@b", "mailto:a@b")]
    [TestCase("http://10.0.0.1:80/x", "/p/x")]
    [TestCase("//10.0.0.1:80/x", "/p/x")]
    [TestCase("http://10.0.0.1:80", "http://10.0.0.1:80")]
    [TestCase("https://api:6443/x", "https://api:6443/p/x")]
    [TestCase("https://elsewhere/x", "https://elsewhere/x")]
    [TestCase("//elsewhere/x", "//elsewhere/x")]
    public void Rewrite_Link_LeadsThroughTheProxyWhenItIsOfTheServer(string link, string expected) =>
        Assert.That(new ProxiedLinks("/p", "10.0.0.1:80", "api:6443").Rewrite(link), Is.EqualTo(expected));
}
