using OnePlatform.Knowledge.Analysis;
using Xunit;

namespace OnePlatform.Knowledge.Tests.Analysis;

public sealed class StemmingEnglish
{
    // From the vocabulary that Snowball publishes with its algorithm: every special case, and a draw of the rest.
    private const string Published = """
        acceptances:accept acclivity:accliv accordant:accord achievement:achiev add:add added:add addition:addit
        additional:addit adjustment:adjust adoption:adopt adriatic:adriat aggravation:aggrav allowance:allow amantium:amantium
        amazement:amaz andes:andes annothanize:annothan archipelago:archipelago armorial:armori arsenal:arsenal artistic:artist
        artlessly:artless asperity:asper assassinate:assassin atlas:atlas atonement:aton atrocious:atroci attracting:attract
        auguste:august bagpipe:bagpip barbarism:barbar bargulus:bargulus barrier:barrier barrows:barrow bashfully:bash
        basketful:basket baubling:baubl beauchamp:beauchamp beautifully:beauti beautify:beautifi bedchamber:bedchamb
        behaviors:behavior bending:bend bereavement:bereav besiege:besieg bianchini:bianchini bias:bias billingsgate:billingsg
        biology:biolog blindnesses:blind boasting:boast boisterousness:boister bombards:bombard bordeaux:bordeaux boyish:boyish
        braggards:braggard bristled:bristl bubbling:bubbl buckskin:buckskin busybody:busybodi by:by callousness:callous
        canidius:canidius cannibalism:cannib canning:canning canonized:canon captivity:captiv cease:ceas ceaselessly:ceaseless
        chantilly:chantilli character:charact characteristic:characterist characterizing:character charlatanism:charlatan
        chileno:chileno chooses:choos cisterns:cistern civilization:civil clinched:clinch codified:codifi
        commonwealth:commonwealth communicate:communic communion:communion communism:communism compassionate:compassion
        concernancy:concern concerted:concert concerts:concert conclave:conclav concurs:concur conditional:condit
        consigned:consign consistency:consist consolatory:consolatori continency:contin continuance:continu contrary:contrari
        controlling:control conventionality:convent conversational:convers cosmos:cosmos counterpoints:counterpoint
        crafted:craft crawleys:crawley crickets:cricket cries:cri curate:curat curates:curat cynthia:cynthia defensible:defens
        dependent:depend depender:depend despicably:despic dewdrops:dewdrop differently:differ dimpled:dimpl disburs:disbur
        discontinued:discontinu disproof:disproof disseat:disseat distances:distanc domestication:domest dowagers:dowag
        drooped:droop duplicity:duplic dying:die earliness:earli early:earli earring:earring eatables:eatabl economize:econom
        effective:effect egg:egg electrical:electr electricity:electr elegancy:eleg elocution:elocut emergency:emergenc
        engagement:engag engineers:engin enjoy:enjoy enlivenment:enliven equality:equal evening:evening exacting:exact
        examined:examin exceed:exceed exceedingly:exceed exerting:exert experiences:experi extenuation:extenu
        extinguisher:extinguish eyesight:eyesight faithfulness:faith favorably:favor fibbing:fib fidelity:fidel florence:florenc
        flowering:flower flying:fli foisons:foison forethink:forethink forfeiting:forfeit formality:formal franchised:franchis
        fruitfulness:fruit fulcrum:fulcrum fulfilment:fulfil gaps:gap gas:gas genealogist:genealog general:general
        generate:generat generic:generic gently:gentl geologist:geolog goodness:good gossips:gossip grandly:grand
        gravamen:gravamen groomed:groom gulleys:gulley happy:happi harbouring:harbour harmful:harm haystacks:haystack
        heeltap:heeltap herring:herring highwayman:highwayman homelessness:homeless homewards:homeward hoped:hope hopeful:hope
        hopefulness:hope hoping:hope hopping:hop hospodar:hospodar howe:howe humorously:humor idly:idl illyria:illyria
        immorality:immor imperative:imper importune:importun impossible:imposs impudence:impud impulsiveness:impuls
        inartistic:inartist incapable:incap inclemency:inclem incline:inclin incomparably:incompar inconvenienced:inconvenienc
        incorrigible:incorrig incurious:incuri indefatigably:indefatig indelicate:indel indictment:indict inducements:induc
        ineffectiveness:ineffect inefficient:ineffici inestimably:inestim inexhaustible:inexhaust infecting:infect
        inference:infer inflexibility:inflex influence:influenc ingenuously:ingenu ingraft:ingraft inning:inning
        insignificant:insignific intermission:intermiss internalization:internal internalize:internal international:internat
        internment:internment intrigue:intrigu inviting:invit invitingly:invit ireland:ireland irksomeness:irksom
        irreverently:irrever jackass:jackass joining:join judiciously:judici katharina:katharina knighthood:knighthood
        knightly:knight lampions:lampion lateral:lateral leperous:leper listlessly:listless longings:long loonching:loonch
        lying:lie lysander:lysand mahometan:mahometan mainspring:mainspr marches:march matching:match meteorological:meteorolog
        micaceous:micac misproud:misproud mistiness:misti mistrustfully:mistrust monarch:monarch morality:moral
        mortification:mortif multiplicity:multipl murthering:murther muttered:mutter narrating:narrat narrative:narrat
        narratives:narrat narrowness:narrow naturalize:natur news:news newspaper:newspap nobility:nobil notably:notabl
        nuntius:nuntius obsequiousness:obsequi odalisques:odalisqu oncologist:oncolog only:onli operator:oper opinlon:opinlon
        orator:orat ordnance:ordnanc organic:organic organization:organiz ornamental:ornament outing:outing overloaded:overload
        pantomimes:pantomim parlors:parlor particularities:particular pasted:paste pasting:paste pastorally:pastor peaceful:peac
        pensiveness:pensiv pernambuco:pernambuco perpetrator:perpetr personage:personag personality:person persuades:persuad
        pervades:pervad pestiferous:pestifer phonological:phonolog pickthanks:pickthank pillowed:pillow piquant:piquant
        pitting:pit plaintive:plaintiv plodded:plod plurisy:plurisi poisonous:poison posession:posess possesseth:possesseth
        potteries:potteri practised:practis precedency:preced precipitancy:precipit predicament:predica preferreth:preferreth
        prerogatived:prerogativ preservative:preserv presses:press prevail:prevail prevaricate:prevar privilegio:privilegio
        privity:priviti proceed:proceed proceeded:proceed profusion:profus proportionally:proport proselytizer:proselyt
        prospects:prospect providentially:providenti provisional:provision psychology:psycholog quixotism:quixot
        radicalism:radic rakishness:rakish randall:randal rashness:rash rate:rate rational:ration realize:realiz
        reappearance:reappear recognisant:recognis reconcile:reconcil recruit:recruit refrigerator:refriger regardfully:regard
        remembered:rememb repenteth:repenteth repudiate:repudi requireth:requireth resplendently:resplend restorative:restor
        retained:retain revival:reviv rodentia:rodentia rolling:roll rumbling:rumbl ruthlessly:ruthless salvation:salvat
        satirical:satir saviour:saviour say:say scathful:scath scramble:scrambl secured:secur sedative:sedat sedition:sedit
        sensibility:sensibl sentimentalism:sentiment sevenpence:sevenp shaping:shape shouldering:shoulder shouting:shout
        shrillest:shrillest shudders:shudder sicilius:sicilius simplicity:simplic singly:singl skies:sky skis:ski sky:sky
        sleided:sleid sniveller:snivel soldier:soldier soliloquize:soliloqu someway:someway sovereignty:sovereignti
        speciously:specious speckelation:speckel spitefulness:spite spoliation:spoliat starling:starl stimulants:stimul
        studiousness:studious succeed:succeed suffigance:suffig summits:summit superciliously:supercili susceptibility:suscept
        swansea:swansea swifter:swifter temporizer:tempor tendency:tendenc theology:theolog this:this thrusts:thrust ties:tie
        toity:toiti traffic:traffic treacherous:treacher tried:tri tropical:tropic twiddle:twiddl tying:tie ugly:ugli
        unallowable:unallow unanimous:unanim unanswer:unansw unapproachable:unapproach unconditional:uncondit
        unconsciousness:unconsci undeservers:undeserv unenviable:unenvi unexperient:unexperi unhallowed:unhallow
        universal:universal universities:universiti unkinglike:unkinglik unlovely:unlov unseasonably:unseason vanishing:vanish
        vehemently:vehement veinous:veinous vendible:vendibl venture:ventur vibrate:vibrat victimized:victim victimizer:victim
        vilely:vile voltemand:voltemand warburton:warburton wasteful:wast whitford:whitford whoremaster:whoremast youth:youth
        """;

    [Fact]
    public void Stems_are_those_Snowball_publishes()
    {
        var wrong = Published.Split([' ', '\n', '\r'], StringSplitOptions.RemoveEmptyEntries)
            .Select(pair => pair.Split(':'))
            .Where(pair => Stem(pair[0]) != pair[1])
            .Select(pair => $"{pair[0]}: {Stem(pair[0])}, not {pair[1]}");

        Assert.Empty(wrong);
    }

    private static string Stem(string word)
    {
        var letters = word.ToCharArray();
        return new string(letters, 0, EnglishStemmer.Stem(letters));
    }
}
