using System.Text;
using Kube1.ApiServer.Http;
using Kube1.ApiServer.Streaming.Proxies;
using Microsoft.AspNetCore.Http;

namespace Kube1.Tests.Fuzzing;

/// <summary>Paths, queries and the headers that are parsed: they always mean something, be it nothing.</summary>
public sealed class RequestLineFuzzTests
{
    private static readonly string[] Methods = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "get", ""];

    [Test]
    public void Path_Any_IsParsed() => Fuzz.Check(new FuzzTarget(
        "request path", Corpus.Read("paths.txt"),
        static bytes =>
        {
            var (path, query) = Split(Encoding.UTF8.GetString(bytes));
            var http = new DefaultHttpContext();
            http.Request.Method = Methods[bytes.Length % Methods.Length];
            http.Request.Path = new PathString("/" + path.TrimStart('/'));
            http.Request.QueryString = new QueryString("?" + query);
            var info = RequestInfoParser.Parse(http.Request);
            Fuzz.Require(!info.IsResourceRequest || info.Resource.Length > 0, "a resource request without resource");
            Fuzz.Require(!ProxyName.TryParse(info.Name, out var proxied) || proxied.Name.Length > 0, "a proxy without a name");
        }) { Words = ["/namespaces/", "/watch/", "/status", "/proxy/", "%2F", "%00", "fieldSelector=metadata.name=", "watch=1"] });

    [Test]
    public void Accept_Any_IsParsed() => Fuzz.Check(new FuzzTarget(
        "accept", [.. Corpus.Read("accept.txt"), HostileShapes.Ascii(HostileShapes.Repeat("a/b;q=0.5,", 20_000))],
        static bytes =>
        {
            foreach (var clause in AcceptClause.Parse(Encoding.Latin1.GetString(bytes)))
            {
                clause.Matches(WireFormat.Json);
                clause.Parameter("as");
            }
        }) { Words = ["application/json", ";as=Table", ";g=meta.k8s.io", ";v=v1", ";q=", "*/*", "q=NaN", "q=1e999"] });

    private static (string Path, string Query) Split(string target) =>
        target.IndexOf('?', StringComparison.Ordinal) is >= 0 and var at ? (target[..at], target[(at + 1)..]) : (target, "");
}
