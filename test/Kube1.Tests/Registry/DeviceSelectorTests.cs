using Kube1.ApiServer.Registry.DynamicResources;

namespace Kube1.Tests.Registry;

/// <summary>Expressions that choose devices; the estimates are those of k8s.io/dynamic-resource-allocation/cel.</summary>
[TestFixture]
internal sealed class DeviceSelectorTests
{
    [TestCase("true", 0)]
    [TestCase("device.attributes['no-such-domain'].noSuchAttr.isGreaterThan(quantity('0'))", 6)]
    [TestCase("'dra.example.com' in device.attributes", 3)]
    [TestCase("device.driver == 'dra.example.com'", 4)]
    [TestCase("device.driver == ''", 2)]
    [TestCase("device.attributes['dra.example.com'].name", 4)]
    [TestCase("device.attributes['dra.example.com']['name']", 4)]
    [TestCase("cel.bind(dra, device.attributes['dra.example.com'], dra.name)", 15)]
    [TestCase("device.attributes['dra.example.com'].name > 0", 5)]
    [TestCase("device.attributes['dra.example.com'].name == 'fish'", 5)]
    [TestCase("device.attributes['dra.example.com'].name.isGreaterThan(semver('0.0.1'))", 6)]
    [TestCase("device.capacity['dra.example.com'].name.isGreaterThan(quantity('1Ki'))", 6)]
    [TestCase("'name' in device.capacity['a'] && device.capacity['a'].name.isGreaterThan(quantity('1Ki'))", 10)]
    [TestCase("!('name' in device.capacity['a']) || device.capacity['a'].name.isGreaterThan(quantity('1Ki'))", 11)]
    [TestCase("device.attributes.exists_one(x, x == 'dra.example.com')", 164)]
    [TestCase("device.attributes['dra.example.com'].exists_one(x, x == 'services')", 133)]
    [TestCase("device.attributes['dra.example.com'].services.split('example').size() >= 2", 19)]
    [TestCase("device.attributes['dra.example.com'].services.matches('[^a]?sym')", 18)]
    [TestCase("device.capacity['dra.example.com'].exists_one(x, x == 'memory')", 133)]
    [TestCase("device.allowMultipleAllocations == true", 3)]
    public void EstimateCost_SoundExpression_IsUpstreams(string expression, long expected)
    {
        var error = DeviceSelector.Compile(expression, out var program);

        Assert.That(error, Is.Null);
        Assert.That(DeviceSelector.EstimateCost(program!), Is.EqualTo((ulong)expected));
    }

    [TestCase("dyn(1)", "must evaluate to bool or the unknown type, not dyn")]
    [TestCase("[timestamp('2026-01-01T00:00:00Z')]",
        "must evaluate to bool or the unknown type, not list(google.protobuf.Timestamp)")]
    [TestCase("device.attributes['a'].names.exists(x, x == 'b')",
        "compilation failed: ERROR: <input>:1:23: expression of type 'any' cannot be range of a comprehension (must be list, "
        + "map, or dynamic)\n | device.attributes['a'].names.exists(x, x == 'b')\n | ......................^")]
    [TestCase("device.attributes['a'].name.includes('b')",
        "compilation failed: ERROR: <input>:1:37: undeclared reference to 'includes' (in container '')\n"
        + " | device.attributes['a'].name.includes('b')\n | ....................................^")]
    [TestCase("cel.bind(1, 2, true)",
        "compilation failed: ERROR: <input>:1:10: cel.bind() variable names must be simple identifiers\n"
        + " | cel.bind(1, 2, true)\n | .........^")]
    public void Compile_BadExpression_IsUpstreamsText(string expression, string expected) =>
        Assert.That(DeviceSelector.Compile(expression, out _), Is.EqualTo(expected));
}
