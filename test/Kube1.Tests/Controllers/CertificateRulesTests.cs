using Kube1.Api.Models;
using Kube1.Controllers.CertificateSigningRequests;

namespace Kube1.Tests.Controllers;

/// <summary>What the signer for clients of the API server accepts.</summary>
public sealed class CertificateRulesTests
{
    private static readonly ParsedRequest Request = new("", "jane", ["team"], [], [], false, false);

    [TestCase("client auth", null)]
    [TestCase("client auth,digital signature,key encipherment", null)]
    [TestCase("digital signature", "missing required usage for client certificate: client auth")]
    [TestCase("client auth,server auth", "invalid usage for client certificate: server auth")]
    public void Refusal_UsagesOfAClient_AsUpstream(string usages, string? expected) => Assert.That(
        SignerRules.Refusal(
            new V1CertificateSigningRequest
            {
                Spec = new() { SignerName = SignerRules.ClientSigner, Usages = [.. usages.Split(',')], Request = [] },
            },
            Request),
        Is.EqualTo(expected));
}
